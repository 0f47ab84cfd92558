import type { Bundle } from '../bundle/bundle.js';
import type { Dataset, Example, SplitName } from '../datasets/dataset.js';
import { openTrainingData } from '../datasets/open-data.js';
import { foldsTogether, type Split, splitByGroup, splitDigest } from '../datasets/split.js';
import { UserError } from '../errors.js';
import { withEncoding } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import type { EvaluationEvent } from './evaluation-event.js';

/** Labelled data as a model sees it: classes by the model's numbers, parts by its split. */
export interface EvaluationParts extends Split {
  readonly name: SplitName | 'all';
  /** What is to be scored. */
  readonly chosen: readonly Example[];
  /** Whether the model's split has a test part of this data, also where all of it is to be scored. */
  readonly hasTest: boolean;
  /** Whether `train` is what the model was trained on, as far as the model says. */
  readonly isTrainedOn: boolean;
  /** Ids of those that trained the model; none where the data is not known to be what it was trained on. */
  readonly trainedBy: ReadonlySet<string>;
}

/**
 * Opens the data that a model is evaluated on.
 *
 * @throws UserError `usage` for a part that is empty, `bad_dataset` for classes that the model does not know,
 *   and what openTrainingData and splitByGroup throw.
 */
export async function openEvaluationParts(
  { manifest, folder }: Bundle,
  options: {
    data?: string | undefined;
    encoding?: string | undefined;
    split?: SplitName | 'all' | undefined;
    onEvent: (event: EvaluationEvent) => void;
    signal?: AbortSignal | undefined;
  },
): Promise<EvaluationParts> {
  const { pipeline, labels } = manifest;
  const { data, encoding, split: name = 'test', onEvent, signal } = options;
  // A relative path in a pipeline starts at the pipeline's file, which is not at hand.
  const own = data === undefined ? withoutPath(pipeline) : pipeline;
  const { dataset } = await openTrainingData({
    pipeline: encoding === undefined ? own : withEncoding(own, encoding),
    pipelineFolder: folder,
    purpose: 'scoring',
    onEvent,
    data,
    signal,
  });
  for (const entry of dataset.skipped) onEvent({ kind: 'skipped', ...entry });
  const renumbered = renumberer(dataset, labels);
  const split = splitByModel(dataset, pipeline);
  const trained = trainedOnIn(dataset, { split, digest: manifest.data });
  const trainedBy = new Set(trained?.map(({ id }) => id));
  const hasTest = !(split instanceof UserError) && split.test.length > 0;
  if (name === 'all') {
    const chosen = renumbered(dataset.examples);
    return { name, chosen, train: [], validation: [], test: [], hasTest, isTrainedOn: false, trainedBy };
  }
  if (split instanceof UserError) throw split;
  const isTrainedOn = manifest.data === undefined || trained !== undefined;
  if (!isTrainedOn) onEvent({ kind: 'note', message: OTHER_DATA });
  const [train, validation, test] = [split.train, split.validation, split.test].map(renumbered);
  const parts = { train: train!, validation: validation!, test: test! };
  if (parts[name].length === 0) throw emptyPart(name);
  return { name, chosen: parts[name], ...parts, hasTest, isTrainedOn, trainedBy };
}

/** The error where data does not fit the model's split, which is then other data. */
function splitByModel(dataset: Dataset, { split, seed }: Pipeline): Split | UserError {
  try {
    return splitByGroup(dataset, { ...split, seed });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/**
 * What of a dataset trained a model, or the folds of which it is the mean; undefined where that is not known.
 * @param known.digest the model's.
 */
function trainedOnIn(
  dataset: Dataset,
  { split, digest }: { split: Split | UserError; digest: string | undefined },
): readonly Example[] | undefined {
  if (digest === undefined) return undefined;
  const splits = [...(split instanceof UserError ? [] : [split]), foldsTogether(dataset)];
  return splits.find((each) => splitDigest(dataset, each) === digest)?.train;
}

function withoutPath(pipeline: Pipeline): Pipeline {
  switch (pipeline.data?.kind) {
    case 'folder':
      return { ...pipeline, data: undefined };
    case 'texts':
      return { ...pipeline, data: { ...pipeline.data, path: undefined } };
    default:
      return pipeline;
  }
}

const OTHER_DATA =
  'This is not the data that the model was trained on, or it has changed since: its parts are drawn anew, and clips of any part may have trained the model. For other data, give --split all.';

/** A dataset numbers its classes by its own names; a model has an order of its own, and may know more. */
function renumberer(dataset: Dataset, labels: readonly string[]) {
  const strange = dataset.labels.filter((label) => !labels.includes(label));
  if (strange.length > 0) {
    throw new UserError('bad_dataset', {
      problem: `The data has classes that the model does not know: ${strange.join(', ')}. It knows ${labels.join(', ')}.`,
      fix: 'Name the classes as the model does, or evaluate a model that was trained on them.',
    });
  }
  return (examples: readonly Example[]): Example[] =>
    examples.map((example) => ({ ...example, label: labels.indexOf(dataset.labels[example.label]!) }));
}

/** The error for a part of the data that is needed and not there. */
export function emptyPart(name: SplitName): UserError {
  return new UserError('usage', {
    problem: `By the model's split, the data has no ${name} part.`,
    fix: 'Give data that the model was not trained on, with --split all.',
  });
}
