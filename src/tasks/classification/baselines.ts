import type { Example } from '../../datasets/dataset.js';
import { type InputSettings, inputOf } from '../../inputs/input-kinds.js';
import type { ReadableExample } from '../../inputs/sequence-reader.js';
import type { RecurrentSettings } from '../../network/recurrent-schema.js';
import { argmax } from '../../tensors/largest.js';
import type { Weights } from '../../tensors/tensor.js';
import { type AccuracyInterval, accuracyInterval } from './accuracy-interval.js';
import { isAbove, type PairedDifference, pairedDifference } from './paired-difference.js';

/**
 * What a network has to be better than, each classifier a little less blind than the one below:
 * - `majority`: always the most frequent class of the training part;
 * - `middle`: a linear classifier on the features of the middle frame;
 * - `mean`: the same on the mean of the features over time;
 * - `ngrams`: logistic regression on the n-grams of a text;
 * - `shuffled`: the network itself, with each example's timesteps in a random order;
 * - `network`: the network itself.
 */
export const BASELINES = ['majority', 'middle', 'mean', 'ngrams', 'shuffled', 'network'] as const;
export type BaselineName = (typeof BASELINES)[number];

/** The class that each classifier says, for examples in one order. Baselines that make no sense are left out. */
export type BaselinePredictions = ReadonlyMap<BaselineName, readonly number[]>;

export interface Baselines {
  readonly classifiers: readonly BaselineScore[];
  /** The network less itself on shuffled timesteps: what it reads from their order. Null without that classifier. */
  readonly order: Comparison | null;
  /** The network less the mean of features: what its recurrent layer adds. Null without that classifier. */
  readonly recurrence: Comparison | null;
  /** The network less n-grams: what it adds to knowing the parts. Null without that classifier. */
  readonly sequence: Comparison | null;
}

export interface BaselineScore extends AccuracyInterval {
  readonly name: BaselineName;
  readonly accuracy: number;
}

/** The network against another classifier on the same examples, in accuracy. */
export interface Comparison extends PairedDifference {
  /** Whether the interval lies above 0, and enough groups differ for that to mean something. */
  readonly isShown: boolean;
}

/** Scores all classifiers on the same examples. The same seed gives the same intervals. */
export function measureBaselines(options: {
  examples: ReadonlyArray<Pick<Example, 'label' | 'group'>>;
  predictions: BaselinePredictions;
  seed: number;
}): Baselines {
  const { examples, predictions } = options;
  const classifiers = BASELINES.flatMap((name): BaselineScore[] => {
    const predicted = predictions.get(name);
    if (!predicted) return [];
    const values = examples.map(({ group, label }, index) => ({
      group,
      value: Number(predicted[index] === label),
    }));
    const accuracy = values.reduce((sum, { value }) => sum + value, 0) / values.length;
    return [{ name, accuracy, ...accuracyInterval(values, options) }];
  });
  return {
    classifiers,
    order: compare('shuffled', options),
    recurrence: compare('mean', options),
    sequence: compare('ngrams', options),
  };
}

/** The class that most examples have; the first of equals. */
export function mostFrequentClass(examples: ReadonlyArray<Pick<Example, 'label'>>): number {
  const counts: number[] = [];
  for (const { label } of examples) counts[label] = (counts[label] ?? 0) + 1;
  return argmax(Array.from(counts, (count) => count ?? 0));
}

/** Whether examples are read as sequences: a picture of a digit is one timestep, unless it is read by rows. */
export function hasOrder(
  { input }: { readonly input: InputSettings },
  examples: readonly ReadableExample[],
): boolean {
  const { isSequence } = inputOf(input);
  return examples.every(isSequence);
}

/**
 * The classifiers that are trained: linear ones, on what is left of a sequence. A classifier that is the network itself
 * says nothing new.
 */
export function baselinesToTrain(
  pipeline: { readonly input: InputSettings; readonly recurrent: RecurrentSettings },
  examples: readonly ReadableExample[],
): TrainedBaselineName[] {
  if (!hasOrder(pipeline, examples)) return [];
  const { layers, readout } = pipeline.recurrent;
  return [
    ...(inputOf(pipeline.input).hasTellingTimesteps ? (['middle'] as const) : []),
    ...(layers === 0 && readout === 'mean' ? [] : (['mean'] as const)),
  ];
}

/** Those that are trained along with the network. */
export const TRAINED_BASELINES = ['middle', 'mean'] as const satisfies readonly BaselineName[];
export type TrainedBaselineName = (typeof TRAINED_BASELINES)[number];

/** A linear classifier on what is left of a sequence. */
export interface TrainedBaseline {
  readonly name: TrainedBaselineName;
  /** Weights of its linear network, see linearNetworks, for each member of the model, whose encoder it shares. */
  readonly members: readonly Weights[];
}

/** Whether the network could do otherwise when timesteps are shuffled. */
export function readsOrder(
  pipeline: { readonly input: InputSettings; readonly recurrent: RecurrentSettings },
  examples: readonly ReadableExample[],
): boolean {
  return pipeline.recurrent.layers > 0 && hasOrder(pipeline, examples);
}

function compare(
  other: BaselineName,
  { examples, predictions, seed }: Parameters<typeof measureBaselines>[0],
): Comparison | null {
  const [ours, theirs] = [predictions.get('network'), predictions.get(other)];
  if (!ours || !theirs) return null;
  const values = examples.map(({ group, label }, index) => ({
    group,
    value: Number(ours[index] === label) - Number(theirs[index] === label),
  }));
  const paired = pairedDifference(values, { seed });
  return { ...paired, isShown: isAbove(paired) };
}
