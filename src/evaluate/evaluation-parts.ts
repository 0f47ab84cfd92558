import type { Bundle } from '../bundle/bundle.js';
import type { Dataset, Example, SplitName } from '../datasets/dataset.js';
import { openTrainingData } from '../datasets/open-data.js';
import { type Split, splitByGroup, splitDigest } from '../datasets/split.js';
import { UserError } from '../errors.js';
import { withEncoding } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import type { EvaluationEvent } from './evaluation-event.js';

/** Labelled data as a model sees it: classes by the model's numbers, parts by its split. */
export interface EvaluationParts extends Split {
  readonly name: SplitName | 'all';
  /** What is to be scored. */
  readonly chosen: readonly Example[];
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
  if (name === 'all') {
    const chosen = renumbered(dataset.examples);
    const trainedBy = idsOf(trainedOnIn(dataset, manifest));
    return { name, chosen, train: [], validation: [], test: [], isTrainedOn: false, trainedBy };
  }
  const split = splitByGroup(dataset, { ...pipeline.split, seed: pipeline.seed });
  const isKnown = manifest.data === splitDigest(dataset, split);
  const isTrainedOn = manifest.data === undefined || isKnown;
  if (!isTrainedOn) onEvent({ kind: 'note', message: OTHER_DATA });
  const [train, validation, test] = [split.train, split.validation, split.test].map(renumbered);
  const parts = { train: train!, validation: validation!, test: test! };
  if (parts[name].length === 0) throw emptyPart(name);
  const trainedBy = idsOf(isKnown ? split.train : []);
  return { name, chosen: parts[name], ...parts, isTrainedOn, trainedBy };
}

const idsOf = (examples: readonly Example[]): ReadonlySet<string> => new Set(examples.map(({ id }) => id));

/** What of a dataset trained a model; nothing where it is not known to be the model's own. */
function trainedOnIn(dataset: Dataset, { pipeline, data }: Bundle['manifest']): readonly Example[] {
  if (data === undefined) return [];
  try {
    const split = splitByGroup(dataset, { ...pipeline.split, seed: pipeline.seed });
    return splitDigest(dataset, split) === data ? split.train : [];
  } catch (error) {
    // Data that the model's split does not fit is other data.
    if (error instanceof UserError) return [];
    throw error;
  }
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
