import { dirname, isAbsolute, resolve } from 'node:path';
import type { NewBundle } from '../bundle/bundle.js';
import { UserError } from '../errors.js';
import { type Adjustments, readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import { findShipped } from '../platform/shipped.js';
import { requireTask } from '../tasks/commands.js';
import type { TaskName } from '../tasks/tasks.js';
import type { TextTrainingOptions } from '../train/fit-texts.js';
import type { TrainOptions } from './train.js';
import { trainInto } from './train-into.js';

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
export async function trainOnTexts<Finished extends { readonly result: object }>(
  given: TrainTextsOptions,
  { task, layout, train, bundleOf }: TextTraining<Finished>,
): Promise<Finished['result'] & { folder: string }> {
  const options = { ...given, pipeline: await findShipped('pipeline', given.pipeline) };
  const pipeline = await readAdjustedPipeline(options);
  requireTask(task, { name: pipeline.name, pipeline, to: 'train' });
  const { engine, data = ownTexts(pipeline, { folder: dirname(resolve(options.pipeline)), layout }) } =
    options;
  return trainInto(options, {
    name: pipeline.name,
    train: (hooks) => train({ ...hooks, pipeline, data, engine }),
    bundle: bundleOf,
  });
}

function ownTexts({ name, data }: Pipeline, { folder, layout }: { folder: string; layout: string }): string {
  const path = data && 'path' in data ? data.path : undefined;
  if (path !== undefined) return isAbsolute(path) ? path : resolve(folder, path);
  throw new UserError('usage', {
    problem: `The pipeline ${name} does not say which text to train on, and --data is not given.`,
    fix: `Add --data: ${layout}.`,
  });
}
