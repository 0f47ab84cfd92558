import { Command } from 'commander';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import type { TrainEvent } from '../train/train-event.js';
import { recipeTask } from '../workflows/recipe.js';
import type { TrainOptions } from '../workflows/train.js';
import { commandsOf } from './commands-by-task.js';
import {
  encodingOption,
  engineOption,
  numberWithin,
  outliersOption,
  seedOption,
  setOption,
  weightsOption,
} from './flags.js';
import { interruptible, TRAIN_AGAIN } from './interruptible.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly out?: string;
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly seed?: number;
  readonly weights?: string;
  readonly outliers?: string;
  readonly from?: string;
  readonly set?: Record<string, string>;
  readonly targetPrecision?: number;
  readonly tensorboard?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** `clipstep train` */
export function trainCommand(): Command {
  return new Command('train')
    .description('train a model')
    .argument(
      '[pipeline]',
      'YAML file with the recipe, or the name of one that ships, such as motion (default: actions)',
    )
    .option(
      '-d, --data <path>',
      'folder with a folder of clips for each class, or a manifest (CSV); for a language model, a text; for a translation model, pairs',
    )
    .option('-o, --out <folder>', "folder for the model (default: runs/ and the pipeline's name)")
    .addOption(encodingOption())
    .addOption(engineOption())
    .addOption(seedOption())
    .addOption(weightsOption())
    .addOption(outliersOption())
    .option(
      '--from <model>',
      "model to go on from, its folder or the name of one that ships: same classes, or others with a new head (default pipeline: the model's)",
    )
    .addOption(setOption())
    .option(
      '--target-precision <share>',
      'call unsure answers unknown so that this share of the rest is right, such as 0.95',
      numberWithin(0, 1),
    )
    .option('--tensorboard <folder>', 'also write event files for TensorBoard')
    .option(
      '--resume',
      'continue the training that was interrupted, with more epochs or steps where --set says so',
    )
    .option('--json', 'print progress and result as JSON, a line each')
    .action((pipeline: string | undefined, flags: Flags) =>
      (flags.json ? trainInLines : trainInWords)({ pipeline, ...flags }),
    );
}

type Options = Flags & Pick<TrainOptions, 'pipeline'>;

async function trainInWords(options: Options): Promise<void> {
  const progress = trainingProgress();
  console.log(await trainWith(options, progress.show).finally(progress.stop));
}

/** For programs: each event of the training, and last what came of it, or why it failed. */
async function trainInLines(options: Options): Promise<void> {
  const print = (line: object) => console.log(JSON.stringify(line));
  try {
    console.log(await trainWith(options, print));
  } catch (error) {
    if (error instanceof UserError) {
      const { code, problem, fix } = error;
      print({ kind: 'failed', error: { code, message: problem, fix } });
    }
    throw error;
  }
}

function trainWith(options: Options, onEvent: (event: TrainEvent) => void): Promise<string> {
  return interruptible(
    async (signal) => {
      const { train } = await commandsOf(await recipeTask(options));
      return train({ ...options, signal, onEvent });
    },
    { again: TRAIN_AGAIN },
  );
}
