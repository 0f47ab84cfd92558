import { Command, Option } from 'commander';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { compareOnMnist } from '../workflows/mnist/compare.js';
import { reproduceNotebook } from '../workflows/mnist/notebook.js';
import { type MnistOptions, trainMnist } from '../workflows/mnist/train-mnist.js';
import { engineOption, wholeNumber } from './flags.js';
import { interruptible, TRAIN_AGAIN } from './interruptible.js';
import { baselineReport, comparisonReport, notebookReport } from './mnist-report.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly epochs?: number;
  readonly units?: number;
  readonly engine: 'auto' | EngineName;
  readonly seed?: number;
  readonly out?: string;
  readonly resume?: boolean;
  readonly recipe?: 'notebook';
  readonly steps?: number;
  readonly compare?: boolean;
}

/** `clipstep mnist` */
export function mnistCommand(): Command {
  return new Command('mnist')
    .description('train the pixel-row baseline: an LSTM that reads digits row by row')
    .option(
      '-d, --data <folder>',
      'folder of MNIST files, or strokes for generated digits (default: MNIST, downloaded)',
    )
    .option('--epochs <count>', "epochs instead of the pipeline's", wholeNumber(1))
    .option('--units <count>', "units of the LSTM instead of the pipeline's 128", wholeNumber(1))
    .addOption(engineOption())
    .option('--seed <number>', "seed instead of the pipeline's", wholeNumber(0))
    .option('-o, --out <folder>', 'folder for the models (default: runs/mnist-rows, -notebook or -compare)')
    .option('--resume', 'continue the training that was interrupted')
    .addOption(
      new Option(
        '--recipe <name>',
        "use a tutorial's settings, and set the result beside what it reports",
      ).choices(['notebook']),
    )
    .option('--steps <count>', "with --recipe: training steps instead of the tutorial's", wholeNumber(1))
    .option('--compare', 'also train other networks on the same images: is an RNN a good image classifier?')
    .action(async (flags: Flags) => {
      refuseTogether(flags);
      const progress = trainingProgress();
      const text = await interruptible((signal) => run(flags, { ...flags, signal, onEvent: progress.show }), {
        again: againOf(flags) ?? TRAIN_AGAIN,
      }).finally(progress.stop);
      console.log(text);
    });
}

async function run(flags: Flags, options: MnistOptions): Promise<string> {
  const several = severalOf(flags);
  if (!several) return baselineReport(await trainMnist(options));
  const { name, out } = several;
  const trained =
    name === 'compare'
      ? compareOnMnist({ ...options, out }).then(comparisonReport)
      : reproduceNotebook({ ...options, steps: flags.steps, out }).then(notebookReport);
  return trained.catch((error: unknown) => {
    if (!(error instanceof UserError && error.code === 'aborted')) throw error;
    throw new UserError('aborted', { problem: error.problem, fix: againOf(flags)!, cause: error });
  });
}

/** Of what trains several networks, where their models go. */
function severalOf({ compare, recipe, out }: Flags) {
  if (compare) return { name: 'compare', out: out ?? 'runs/mnist-compare' } as const;
  return recipe && ({ name: recipe, out: out ?? 'runs/mnist-notebook' } as const);
}

/** What to do after an interruption, where --resume does not go on. */
function againOf(flags: Flags): string | undefined {
  const several = severalOf(flags);
  return several && `Remove ${several.out} and give the same command again: it trains all networks anew.`;
}

/** What would be ignored is wrong use. */
function refuseTogether({ compare, recipe, units, epochs, steps, resume }: Flags): void {
  const ignored = [
    compare && recipe && '--recipe',
    (compare || recipe) && units !== undefined && '--units',
    (compare || recipe) && resume && '--resume',
    recipe && epochs !== undefined && '--epochs',
  ].filter((flag) => typeof flag === 'string');
  if (steps !== undefined && !recipe) {
    throw new UserError('usage', {
      problem: '--steps sets the length of a --recipe, and none is given.',
      fix: 'Give --epochs, or --recipe too.',
    });
  }
  if (ignored.length === 0) return;
  throw new UserError('usage', {
    problem: `${ignored.join(' and ')} cannot be used with ${compare ? '--compare' : '--recipe'}.`,
    fix: 'Leave it out.',
  });
}
