#!/usr/bin/env node
import type { Command } from 'commander';
import { EXIT_INTERRUPTED } from './commands/interruptible.js';
import { outputLost, watchOutput } from './commands/lost-output.js';
import { UserError } from './errors.js';
import { clipstepVersion } from './platform/version.js';

interface LazyCommand {
  readonly summary: string;
  /** `finish` sets the exit code of a command that did its work but found something wrong. */
  readonly load: (finish: (exitCode: number) => void) => Promise<Command>;
}

/** Commands by name. Each one's file is loaded when it is called for, so that starting stays quick. */
const COMMANDS: Record<string, LazyCommand> = {
  classify: {
    summary: 'say what video clips and image sequences show',
    load: async (finish) => (await import('./commands/classify.js')).classifyCommand(finish),
  },
  batch: {
    summary: 'classify all clips below a folder into a file of results',
    load: async (finish) => (await import('./commands/batch.js')).batchCommand(finish),
  },
  serve: {
    summary: 'classify clips over HTTP',
    load: async () => (await import('./commands/serve.js')).serveCommand(),
  },
  train: {
    summary: 'train the network of a pipeline on a dataset',
    load: async () => (await import('./commands/train.js')).trainCommand(),
  },
  evaluate: {
    summary: 'say how good a trained model is on labelled clips',
    load: async () => (await import('./commands/evaluate.js')).evaluateCommand(),
  },
  crossvalidate: {
    summary: 'train a pipeline fold by fold, and say how good it is on what each had not seen',
    load: async () => (await import('./commands/crossvalidate.js')).crossvalidateCommand(),
  },
  quantize: {
    summary: 'make a model whose encoder computes in int8, smaller and faster',
    load: async () => (await import('./commands/quantize.js')).quantizeCommand(),
  },
  models: {
    summary: 'list the models that ship, with what they know',
    load: async () => (await import('./commands/models.js')).modelsCommand(),
  },
  pipelines: {
    summary: 'list the pipelines that ship, with what they make',
    load: async () => (await import('./commands/pipelines.js')).pipelinesCommand(),
  },
  generate: {
    summary: 'write text with a model of language',
    load: async () => (await import('./commands/generate.js')).generateCommand(),
  },
  mnist: {
    summary: 'train the pixel-row baseline: an LSTM reads each digit row by row',
    load: async () => (await import('./commands/mnist.js')).mnistCommand(),
  },
  dataset: {
    summary: 'generate a dataset',
    load: async () => (await import('./commands/dataset.js')).datasetCommand(),
  },
  doctor: {
    summary: 'check that everything needed is there, and say how to fix what is not',
    load: async (finish) => (await import('./commands/doctor.js')).doctorCommand(finish),
  },
  install: {
    summary: 'install an optional part',
    load: async () => (await import('./commands/install.js')).installCommand(),
  },
};

/** Wrong use, as distinct from an input that failed (1). */
const EXIT_USAGE = 2;

async function main(args: readonly string[]): Promise<void> {
  // Scripts ask for it often, and loading commander takes longer than all the rest.
  if (args.length === 1 && args[0] === '--version') return console.log(clipstepVersion());
  const { Command } = await import('commander');
  const program = new Command('clipstep')
    .description('Classify video clips and image sequences.')
    .version(clipstepVersion())
    .enablePositionalOptions();
  const finish = (exitCode: number) => {
    process.exitCode = exitCode;
  };
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    program.addCommand(args.includes(name) ? await load(finish) : new Command(name).description(summary));
  }
  for (const command of [program, ...program.commands.flatMap((each) => [each, ...each.commands])]) {
    command.exitOverride().showSuggestionAfterError();
  }
  showUsageOfBare(program, args);
  await program.parseAsync(args, { from: 'user' });
}

/** A command without all that it needs is asked how it is used, not what it lacks. */
function showUsageOfBare(program: Command, args: readonly string[]): void {
  const bare = args.length === 1 ? program.commands.find((command) => command.name() === args[0]) : undefined;
  if (bare?.registeredArguments.some(({ required }) => required)) bare.help({ error: true });
}

/** The exit code for what was thrown; errors of ours are printed here, commander prints its own. */
async function report(error: unknown): Promise<number> {
  const lack = lackOf(error);
  if (lack !== null) {
    console.error(lack);
    return 1;
  }
  const { CommanderError } = await import('commander');
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (!(error instanceof UserError)) {
    console.error(error);
    return 1;
  }
  const { printableLines } = await import('./platform/printable.js');
  console.error(printableLines(`${error.problem}\n${error.fix}`));
  if (error.code === 'aborted') return EXIT_INTERRUPTED;
  return error.code === 'usage' ? EXIT_USAGE : 1;
}

/** What the system has too little of, in whatever way that came out. */
function lackOf(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : '';
    if (code === 'EMFILE' || code === 'ENFILE') {
      return 'Too few files may be open at once for Clipstep to run.\nAllow more, for example: ulimit -n 1024';
    }
    if (
      code === 'ENOMEM' ||
      code === 'ERR_WORKER_OUT_OF_MEMORY' ||
      /bad_alloc|Array buffer allocation/.test(cause.message)
    ) {
      return 'The memory is too little for Clipstep to go on.\nFree some, or read fewer clips at once.';
    }
  }
  return null;
}

watchOutput();
main(process.argv.slice(2)).catch(async (error: unknown) => {
  // What was said already stands.
  if (!outputLost.aborted) process.exitCode = await report(error);
});
