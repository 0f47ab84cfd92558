import { argmax } from '../../tensors/largest.js';
import { groupCount, groupInterval } from '../bootstrap.js';
import { FEWEST_DIFFERING_GROUPS } from './baselines.js';
import type { NumberedAnswer } from './predictions.js';

/** One figure of two runs on the same examples. */
export interface PairedFigure {
  readonly one: number;
  readonly other: number;
  /** The other's less the one's. */
  readonly difference: number;
  /** 95 %, paired, over groups; see bootstrap.ts. */
  readonly interval: readonly [low: number, high: number];
  /** Whether the interval leaves 0 out, and enough groups differ for that to mean something. */
  readonly isShown: boolean;
}

export interface PairedFigures {
  /** Share that is right, in [0, 1]. */
  readonly accuracy: PairedFigure;
  /** Mean cross-entropy in nats. */
  readonly logLoss: PairedFigure;
}

/** What two runs said of one example. */
export interface PairedAnswer {
  readonly one: NumberedAnswer;
  readonly other: NumberedAnswer;
}

/**
 * How two runs differ that answered about the same examples, so that what is hard in an example counts for both.
 *
 * @param pairs at least one.
 * @param options.seed draws the resamples.
 */
export function comparePaired(pairs: readonly PairedAnswer[], options: { seed: number }): PairedFigures {
  const figure = (of: (answer: NumberedAnswer) => number): PairedFigure => {
    const values = pairs.map((pair) => ({
      group: pair.one.example.group,
      one: of(pair.one),
      other: of(pair.other),
    }));
    const differences = values.map(({ group, one, other }) => ({ group, value: other - one }));
    const interval = groupInterval(differences, options);
    const differingGroups = groupCount(differences.filter(({ value }) => value !== 0));
    const [one, other] = [mean(values.map((value) => value.one)), mean(values.map((value) => value.other))];
    return {
      one,
      other,
      difference: other - one,
      interval,
      isShown: (interval[0] > 0 || interval[1] < 0) && differingGroups >= FEWEST_DIFFERING_GROUPS,
    };
  };
  return {
    accuracy: figure(({ example, probabilities }) => Number(argmax(probabilities) === example.label)),
    logLoss: figure(
      ({ example, probabilities }) => -Math.log(Math.max(probabilities[example.label]!, Number.MIN_VALUE)),
    ),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
