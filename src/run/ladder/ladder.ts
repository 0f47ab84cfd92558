import type { Pipeline } from '../../config.js';
import type { Example } from '../../data/scan.js';
import { groupCount, groupInterval } from '../evaluate/bootstrap.js';
import { argmax } from '../evaluate/metrics.js';

/**
 * What a network has to be better than, each rung a little less blind than the one below:
 * - `majority`: always the most frequent class of the training part;
 * - `middle`: a linear classifier on the features of the middle frame;
 * - `mean`: the same on the mean of the features over time;
 * - `shuffled`: the network itself, with each example's timesteps in a random order;
 * - `network`: the network itself.
 */
export const RUNGS = ['majority', 'middle', 'mean', 'shuffled', 'network'] as const;
export type RungName = (typeof RUNGS)[number];

/** The class that each rung says, for examples in one order. Rungs that make no sense are left out. */
export type RungPredictions = ReadonlyMap<RungName, readonly number[]>;

export interface Ladder {
  readonly rungs: readonly Rung[];
  /** The network less itself on shuffled timesteps: what it reads from their order. Null without that rung. */
  readonly order: Comparison | null;
  /** The network less the mean of features: what its recurrent layer adds. Null without that rung. */
  readonly recurrence: Comparison | null;
}

export interface Rung {
  readonly name: RungName;
  readonly accuracy: number;
  /** 95 %, over groups; see bootstrap.ts. */
  readonly interval: readonly [low: number, high: number];
}

/** The network against another rung on the same examples, in accuracy. */
export interface Comparison {
  readonly difference: number;
  /** 95 %, paired, over groups. */
  readonly interval: readonly [low: number, high: number];
  /** Groups in which the two rungs do not say the same. */
  readonly differingGroups: number;
  /** Whether the interval lies above 0, and enough groups differ for that to mean something. */
  readonly isShown: boolean;
}

/** Scores all rungs on the same examples. The same seed gives the same intervals. */
export function measureLadder(options: {
  examples: ReadonlyArray<Pick<Example, 'label' | 'group'>>;
  predictions: RungPredictions;
  seed: number;
}): Ladder {
  const { examples, predictions } = options;
  const rungs = RUNGS.flatMap((name): Rung[] => {
    const predicted = predictions.get(name);
    if (!predicted) return [];
    const values = examples.map(({ group, label }, index) => ({
      group,
      value: Number(predicted[index] === label),
    }));
    const accuracy = values.reduce((sum, { value }) => sum + value, 0) / values.length;
    return [{ name, accuracy, interval: groupInterval(values, options) }];
  });
  return { rungs, order: compare('shuffled', options), recurrence: compare('mean', options) };
}

/** The class that most examples have; the first of equals. */
export function mostFrequentClass(examples: ReadonlyArray<Pick<Example, 'label'>>): number {
  const counts: number[] = [];
  for (const { label } of examples) counts[label] = (counts[label] ?? 0) + 1;
  return argmax(Array.from(counts, (count) => count ?? 0));
}

/** Whether examples are read as sequences: a picture of a digit is one timestep, unless it is read by rows. */
export function hasOrder({ input }: Pipeline, examples: ReadonlyArray<Pick<Example, 'image'>>): boolean {
  return input.kind === 'rows' || examples.every(({ image }) => image === undefined);
}

/** Whether the network could do otherwise when timesteps are shuffled. */
export function readsOrder(pipeline: Pipeline, examples: ReadonlyArray<Pick<Example, 'image'>>): boolean {
  return pipeline.recurrent.layers > 0 && hasOrder(pipeline, examples);
}

/**
 * Groups in which two rungs must differ before a difference is called one: with five, all pointing one way
 * has the probability 2 / 2^5 = 6 % by chance alone (sign test); with six, 3 %.
 */
const FEWEST_DIFFERING_GROUPS = 6;

function compare(
  other: RungName,
  { examples, predictions, seed }: Parameters<typeof measureLadder>[0],
): Comparison | null {
  const [ours, theirs] = [predictions.get('network'), predictions.get(other)];
  if (!ours || !theirs) return null;
  const values = examples.map(({ group, label }, index) => ({
    group,
    value: Number(ours[index] === label) - Number(theirs[index] === label),
  }));
  const interval = groupInterval(values, { seed });
  const differingGroups = groupCount(values.filter(({ value }) => value !== 0));
  return {
    difference: values.reduce((sum, { value }) => sum + value, 0) / values.length,
    interval,
    differingGroups,
    isShown: interval[0] > 0 && differingGroups >= FEWEST_DIFFERING_GROUPS,
  };
}
