import { resolve } from 'node:path';
import type { Example } from '../datasets/dataset.js';
import { UserError } from '../errors.js';
import { areDrawn, listOutliers } from '../evaluate/list-outliers.js';
import type { Pipeline } from '../pipeline/schema.js';

/** Some seconds of drawing for MNIST. Where every epoch saw the same ones, letters were told from digits worse. */
const DRAWN_PER_EXAMPLE = 2;

/**
 * What a pipeline trains on that is of none of its classes; nothing where it names none.
 *
 * @param options.pipelineFolder where relative paths in the pipeline start.
 * @param options.examples of the whole dataset.
 * @param options.train of its training part.
 * @throws UserError as listOutliers; `bad_dataset` for a clip that is also of the dataset.
 */
export async function openOutliers(options: {
  readonly pipeline: Pipeline;
  readonly pipelineFolder: string;
  readonly examples: readonly Example[];
  readonly train: readonly Example[];
  readonly signal?: AbortSignal | undefined;
}): Promise<readonly Example[]> {
  const { pipeline, pipelineFolder, examples, signal } = options;
  const { outliers: named } = pipeline;
  if (named === undefined) return [];
  const source = areDrawn(named, pipeline) ? named : resolve(pipelineFolder, named);
  const most = DRAWN_PER_EXAMPLE * options.train.length;
  const outliers = await listOutliers(source, { pipeline, part: 'train', most, signal });
  const files = new Set(examples.flatMap(({ path, text }) => (text === undefined ? path : [])));
  const twice = outliers.find(({ path, text }) => text === undefined && files.has(path));
  if (!twice) return outliers;
  throw new UserError('bad_dataset', {
    problem: `${twice.path} is one of the outliers in ${source}, which are of no class, and the dataset has it in one.`,
    fix: 'Keep outliers in a folder of their own, outside of the dataset.',
  });
}
