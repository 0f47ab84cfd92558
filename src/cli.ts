#!/usr/bin/env node
import type { Command } from 'commander';
import { COMMANDS } from './commands/catalog.js';
import { EXIT_INTERRUPTED } from './commands/interruptible.js';
import { outputLost, watchOutput } from './commands/lost-output.js';
import { UserError } from './errors.js';
import { lackOf } from './platform/lack.js';
import { MEMORY_FIX } from './platform/lack-of-memory.js';
import { clipstepVersion } from './platform/version.js';

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
  const lack = wordsOfLack(error);
  if (lack !== null) return reportLack(lack);
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

let isLackReported = false;

/** Once: much fails of the same lack. */
function reportLack(lack: string): number {
  if (!isLackReported) console.error(lack);
  isLackReported = true;
  return 1;
}

/** The error for what the system has too little of; null where other words say more. */
function wordsOfLack(error: unknown): string | null {
  switch (lackOf(error)) {
    case 'handles':
      return 'Clipstep needs to open more files at once than the system allows.\nAllow more, for example: ulimit -n 1024';
    case 'memory':
      // It names the file that was read.
      if (error instanceof UserError && error.code === 'killed') return null;
      return `There is not enough memory for Clipstep to go on.\n${MEMORY_FIX}`;
    default:
      return null;
  }
}

// Where files cannot be opened, several of our own fail to load at once, and what waits for one of them may wait for good.
process.on('unhandledRejection', (error) => {
  const lack = wordsOfLack(error);
  if (lack === null) throw error;
  process.exit(reportLack(lack));
});
watchOutput();
main(process.argv.slice(2)).catch(async (error: unknown) => {
  // What was said already stands.
  if (!outputLost.aborted) process.exitCode = await report(error);
});
