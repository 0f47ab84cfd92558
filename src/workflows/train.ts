import { join } from 'node:path';
import { saveBundle } from '../bundle/bundle.js';
import { refuseOccupied } from '../bundle/model-folder.js';
import type { EngineName } from '../engine/engine.js';
import { whileLocked } from '../platform/lock-output.js';
import { requireTask, TRAINERS } from '../tasks/commands.js';
import { checkpointPath, removeCheckpoint, withCheckpoint } from '../train/checkpoint.js';
import { openTensorboard } from '../train/tensorboard.js';
import { type TrainingResult, trainNetwork } from '../train/train-network.js';
import { commandLine } from './command-line.js';
import { openRecipe, type RecipeOptions } from './recipe.js';
import { trainedBundle } from './trained-bundle.js';

export interface TrainOptions extends RecipeOptions {
  /** Where the model goes; `runs/<name of the pipeline>` when absent. Nothing may stand there. */
  readonly out?: string | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /**
   * Share of answers in (0, 1] that are to be right: those too unsure for it, as the validation part has it,
   * become unknown. All answers stand when absent.
   */
  readonly targetPrecision?: number | undefined;
  /** Go on from the checkpoint that an earlier call left. */
  readonly resume?: boolean | undefined;
  /** Folder for event files of TensorBoard; none are written when absent. */
  readonly tensorboard?: string | undefined;
  readonly signal?: AbortSignal | undefined;
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
  const { data, engine, targetPrecision, resume = false, signal } = options;
  const board = options.tensorboard === undefined ? null : await openTensorboard(options.tensorboard);
  const { pipeline, pipelineFolder, from } = await openRecipe(options);
  requireTask('classification', { name: pipeline.name, pipeline, functions: TRAINERS });
  const folder = options.out ?? join('runs', pipeline.name);
  await refuseOccupied(folder);
  const path = checkpointPath(folder);
  const work = async (signal: AbortSignal): Promise<TrainResult> => {
    const finished = await trainNetwork({
      pipeline,
      pipelineFolder,
      from,
      data,
      engine,
      targetPrecision,
      checkpoints: { path, resume },
      signal,
      onEvent: (event) => {
        board?.(event);
        options.onEvent?.(event);
      },
    });
    await saveBundle(folder, await trainedBundle(finished, { command: commandOf(options, finished.result) }));
    await removeCheckpoint(path);
    return { folder, ...finished.result };
  };
  return whileLocked(folder, { signal, work: (own) => withCheckpoint(path, () => work(own)) });
}

function commandOf(options: TrainOptions, { engine, pipeline }: TrainingResult): string {
  return commandLine('train', options, [
    ...(options.from === undefined ? [] : ['--from', options.from]),
    ...(options.targetPrecision ? ['--target-precision', options.targetPrecision] : []),
    ...['--engine', engine, '--seed', pipeline.seed],
  ]);
}
