import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type NewBundle, saveBundle } from '../bundle/bundle.js';
import { refuseOccupied } from '../bundle/model-folder.js';
import { UserError } from '../errors.js';
import { type Adjustments, readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import { whileLocked } from '../platform/lock-output.js';
import { findShipped } from '../platform/shipped.js';
import { requireTask, TRAINERS } from '../tasks/commands.js';
import type { TaskName } from '../tasks/tasks.js';
import { checkpointPath, removeCheckpoint, withCheckpoint } from '../train/checkpoint.js';
import type { TextTrainingOptions } from '../train/fit-texts.js';
import { openTensorboard } from '../train/tensorboard.js';
import type { TrainOptions } from './train.js';

/** As of any training, but for what classes need. */
export type TrainTextsOptions = Omit<TrainOptions, 'targetPrecision' | 'pipeline' | 'from'> & Adjustments;

/** A task that is learned from texts alone. */
interface TextTraining<Finished> {
  readonly task: TaskName;
  /** For people: what is to be given by --data. */
  readonly layout: string;
  readonly train: (options: TextTrainingOptions) => Promise<Finished>;
  readonly bundleOf: (finished: Finished) => Promise<NewBundle>;
}

/**
 * Trains a model on texts, from the pipeline to the model's folder.
 *
 * @throws UserError `usage` for a pipeline of another task, or without texts; what the training throws.
 */
export async function trainOnTexts<Finished>(
  given: TrainTextsOptions,
  { task, layout, train, bundleOf }: TextTraining<Finished>,
): Promise<{ folder: string; finished: Finished }> {
  const options = { ...given, pipeline: await findShipped('pipeline', given.pipeline) };
  const pipeline = await readAdjustedPipeline(options);
  requireTask(task, { name: pipeline.name, pipeline, functions: TRAINERS });
  const board = options.tensorboard === undefined ? null : await openTensorboard(options.tensorboard);
  const folder = options.out ?? join('runs', pipeline.name);
  await refuseOccupied(folder);
  const path = checkpointPath(folder);
  const data = options.data ?? ownTexts(pipeline, { folder: dirname(resolve(options.pipeline)), layout });
  const work = async (signal: AbortSignal) => {
    const finished = await train({
      pipeline,
      data,
      engine: options.engine,
      checkpoints: { path, resume: options.resume ?? false },
      signal,
      onEvent: (event) => {
        board?.(event);
        options.onEvent?.(event);
      },
    });
    await saveBundle(folder, await bundleOf(finished));
    await removeCheckpoint(path);
    return { folder, finished };
  };
  const { signal } = options;
  return whileLocked(folder, { signal, work: (own) => withCheckpoint(path, () => work(own)) });
}

function ownTexts({ name, data }: Pipeline, { folder, layout }: { folder: string; layout: string }): string {
  const path = data && 'path' in data ? data.path : undefined;
  if (path !== undefined) return isAbsolute(path) ? path : resolve(folder, path);
  throw new UserError('usage', {
    problem: `The pipeline ${name} does not say which text to train on, and --data is not given.`,
    fix: `Add --data: ${layout}.`,
  });
}
