import type { EngineName } from '../engine/engine.js';
import { requireTask } from '../tasks/commands.js';
import { scoreClassifier, type TrainingResult } from '../train/score.js';
import { trainNetwork } from '../train/train-network.js';
import { commandLine } from './command-line.js';
import { openRecipe, type RecipeOptions } from './recipe.js';
import { type OutputOptions, trainInto } from './train-into.js';
import { trainedBundle } from './trained-bundle.js';

export interface TrainOptions extends RecipeOptions, OutputOptions {
  readonly engine?: 'auto' | EngineName | undefined;
  /**
   * Share of answers in (0, 1] that are to be right: those too unsure for it, as the validation part has it,
   * become unknown. All answers stand when absent.
   */
  readonly targetPrecision?: number | undefined;
}

export interface TrainResult extends TrainingResult {
  /** Folder of the trained model. */
  readonly folder: string;
}

/**
 * Trains the network of a pipeline on a dataset, as trainNetwork, and writes the model's folder: model.json,
 * weights.safetensors, README.md (the model card), metrics.json, report.html (a page of it), predictions.csv (of the
 * test part) and validation-predictions.csv (of the validation part, by which its choices were made).
 *
 * @throws UserError as trainNetwork, and for a pipeline or folder that does not fit.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { data, engine, targetPrecision } = options;
  const recipe = await openRecipe(options);
  const { pipeline } = recipe;
  requireTask('classification', { name: pipeline.name, pipeline, to: 'train' });
  return trainInto(options, {
    name: pipeline.name,
    train: (hooks) =>
      trainNetwork({ ...recipe, ...hooks, data, engine }, (opened, members) =>
        scoreClassifier(opened, { members, targetPrecision }),
      ),
    bundle: (finished) => trainedBundle(finished, { command: commandOf(options, finished.result) }),
  });
}

function commandOf(options: TrainOptions, { engine, pipeline }: TrainingResult): string {
  return commandLine('train', options, [
    ...(options.from === undefined ? [] : ['--from', options.from]),
    ...(options.targetPrecision ? ['--target-precision', options.targetPrecision] : []),
    ...['--engine', engine, '--seed', pipeline.seed],
  ]);
}
