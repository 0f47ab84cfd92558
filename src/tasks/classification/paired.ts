import { argmax } from '../../tensors/largest.js';
import { meanOf } from '../../tensors/mean.js';
import { isAbove, isBelow, type PairedDifference, pairedDifference } from './paired-difference.js';
import type { NumberedAnswer } from './predictions.js';

/** One figure of two runs on the same examples. */
export interface PairedFigure extends PairedDifference {
  readonly one: number;
  readonly other: number;
  /** Whether the difference, the other's less the one's, is larger than chance, in either direction. */
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
    const values = pairs.map(({ one, other }) => [of(one), of(other)] as const);
    const differences = values.map(([one, other], index) => ({
      group: pairs[index]!.one.example.group,
      value: other - one,
    }));
    const paired = pairedDifference(differences, options);
    return {
      ...paired,
      one: meanOf(values.map(([value]) => value)),
      other: meanOf(values.map(([, value]) => value)),
      isShown: isAbove(paired) || isBelow(paired),
    };
  };
  return {
    accuracy: figure(({ example, probabilities }) => Number(argmax(probabilities) === example.label)),
    logLoss: figure(
      ({ example, probabilities }) => -Math.log(Math.max(probabilities[example.label]!, Number.MIN_VALUE)),
    ),
  };
}
