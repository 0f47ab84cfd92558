import { resolve } from 'node:path';
import type { Example } from '../datasets/dataset.js';
import { UserError } from '../errors.js';
import { areDrawn, listOutliers } from '../evaluate/list-outliers.js';
import type { Pipeline } from '../pipeline/schema.js';
import { counted } from '../platform/counted.js';
import type { TrainEvent } from './train-event.js';

/** Some seconds of drawing for MNIST. Where every epoch saw the same ones, letters were told from digits worse. */
const DRAWN_PER_EXAMPLE = 2;

/**
 * What a pipeline trains on that is of none of its classes; nothing where it names none.
 *
 * @param options.pipelineFolder where relative paths in the pipeline start.
 * @param options.examples of the whole dataset.
 * @param options.train of its training part.
 * @throws UserError as listOutliers; `bad_dataset` for what the dataset has in a class.
 */
export async function openOutliers(options: {
  readonly pipeline: Pipeline;
  readonly pipelineFolder: string;
  readonly examples: readonly Example[];
  readonly train: readonly Example[];
  readonly onEvent: (event: TrainEvent) => void;
  readonly signal?: AbortSignal | undefined;
}): Promise<readonly Example[]> {
  const { pipeline, pipelineFolder, examples, onEvent, signal } = options;
  const { outliers: named } = pipeline;
  if (named === undefined) return [];
  const source = areDrawn(named, pipeline) ? named : resolve(pipelineFolder, named);
  const most = DRAWN_PER_EXAMPLE * options.train.length;
  const outliers = await listOutliers(source, {
    pipeline,
    part: 'train',
    most,
    signal,
    onSkipped: (path, problem) => onEvent({ kind: 'skipped', path, problem }),
  });
  const known = new Set(examples.map(contentOf));
  const twice = outliers.filter((outlier) => known.has(contentOf(outlier)));
  if (twice.length === 0) return outliers;
  throw new UserError('bad_dataset', {
    problem: `The dataset has ${counted(twice.length, 'outlier')} of ${source} in a class, such as ${twice[0]!.text ?? twice[0]!.path}. Outliers are of no class.`,
    fix: 'Remove them from the outliers, or from the dataset.',
  });
}

const contentOf = ({ id, path, text, image }: Example): string => text ?? (image ? id : path);
