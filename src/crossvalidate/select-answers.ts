import { groupInterval } from '../tasks/bootstrap.js';
import { confidences } from '../tasks/classification/calibration.js';
import { answersOf, type Prediction } from '../tasks/classification/predictions.js';
import {
  chooseMinProbability,
  chosenAndGiven,
  type Selection,
  selectAnswers,
} from '../tasks/classification/threshold.js';
import type { CrossvalidateOptions } from './crossvalidate-options.js';
import type { Fold } from './fold.js';

/** From which probability on an answer stands; below it, it is `unknown`. */
export type Threshold = GivenThreshold | ThresholdToChoose;

interface GivenThreshold {
  readonly kind: 'given';
  readonly minProbability: number;
}

interface ThresholdToChoose {
  readonly kind: 'chosen';
  /** Share of answers that are to be right. */
  readonly targetPrecision: number;
}

/** How answers fare when those that are too unsure are `unknown`. */
export interface FoldedSelection {
  readonly threshold: GivenThreshold | (ThresholdToChoose & { readonly chosenOn: ChosenOn });
  /** Of all out-of-fold answers, all repeats in one, the share that stands. */
  readonly answered: Share;
  /** Share of those that is right; null when none stands. */
  readonly precision: Share | null;
  /** Under one threshold for all, chosen on the very answers that it is scored on: the one that an ensemble keeps. */
  readonly overall: Selection;
}

/** What thresholds are chosen on: never on the fold's test part. */
export interface ChosenOn {
  /**
   * The fold's validation part; where folds have none, what the other folds of its repeat said of their test parts. Their
   * networks did train on this fold's test part, but nothing that was said of it is among that.
   */
  readonly part: 'validation' | 'otherFolds';
  /** Examples that the fold with the fewest chose on. */
  readonly fewest: number;
}

/** What thresholds are chosen by and applied to. */
export type AnsweredFold = Pick<Fold, 'position' | 'predictions' | 'validationPredictions'>;

interface Share {
  readonly share: number;
  /** 95 %, over groups; see bootstrap.ts. */
  readonly interval: readonly [low: number, high: number];
}

/** The threshold that is asked for; null for none. @throws UserError `usage` for two. */
export function thresholdOf({
  targetPrecision,
  minProbability,
}: Pick<CrossvalidateOptions, 'targetPrecision' | 'minProbability'>): Threshold | null {
  if (targetPrecision !== undefined && minProbability !== undefined) throw chosenAndGiven();
  if (targetPrecision !== undefined) return { kind: 'chosen', targetPrecision };
  return minProbability === undefined ? null : { kind: 'given', minProbability };
}

/**
 * Applies a threshold to each fold's answers on its test part. Where it is to be chosen, each fold chooses its own;
 * where no answers are right as often as wanted, it is 0, and all stand.
 *
 * @param options.seed draws the resamples of the intervals.
 * @returns also how each fold's answers fare, in the order of the folds.
 */
export function selectOutOfFold(
  folds: readonly AnsweredFold[],
  { threshold, seed }: { threshold: Threshold; seed: number },
): { selection: FoldedSelection; ofFolds: Selection[] } {
  const isValidated = folds.every(({ validationPredictions }) => validationPredictions.length > 0);
  const bases = folds.map((fold) => (isValidated ? fold.validationPredictions : ofOtherFolds(fold, folds)));
  const chosenOn: ChosenOn = {
    part: isValidated ? 'validation' : 'otherFolds',
    fewest: bases.reduce((fewest, { length }) => Math.min(fewest, length), Number.POSITIVE_INFINITY),
  };
  const thresholds = bases.map((basis) => minProbabilityOf(threshold, basis));
  const marked = folds.flatMap(({ predictions }, index) => mark(predictions, thresholds[index]!));
  const all = folds.flatMap(({ predictions }) => predictions);
  return {
    selection: {
      threshold: threshold.kind === 'given' ? threshold : { ...threshold, chosenOn },
      ...sharesOf(marked, seed),
      overall: selectAnswers(answersOf(all), { minProbability: minProbabilityOf(threshold, all) }),
    },
    ofFolds: folds.map(({ predictions }, index) =>
      selectAnswers(answersOf(predictions), { minProbability: thresholds[index]! }),
    ),
  };
}

/** The test parts of all other folds of its repeat: all examples but its own test part, once each. */
function ofOtherFolds({ position }: AnsweredFold, folds: readonly AnsweredFold[]): Prediction[] {
  return folds
    .filter((other) => other.position.repeat === position.repeat && other.position.number !== position.number)
    .flatMap(({ predictions }) => predictions);
}

function minProbabilityOf(threshold: Threshold, basis: readonly Prediction[]): number {
  return threshold.kind === 'given'
    ? threshold.minProbability
    : (chooseMinProbability(answersOf(basis), threshold.targetPrecision) ?? 0);
}

interface Marked {
  readonly group: string;
  readonly isAnswered: boolean;
  readonly isRight: boolean;
}

function mark(predictions: readonly Prediction[], minProbability: number): Marked[] {
  return confidences(answersOf(predictions)).map(({ confidence, isRight }, index) => ({
    group: predictions[index]!.example.group,
    isAnswered: confidence >= minProbability,
    isRight,
  }));
}

function sharesOf(marked: readonly Marked[], seed: number): Pick<FoldedSelection, 'answered' | 'precision'> {
  const shareOf = (some: readonly Marked[], holds: (answer: Marked) => boolean): Share => {
    const values = some.map((answer) => ({ group: answer.group, value: Number(holds(answer)) }));
    return {
      share: some.filter(holds).length / some.length,
      interval: groupInterval(values, { seed }),
    };
  };
  // Groups without an answer that stands say nothing of those that do.
  const standing = marked.filter(({ isAnswered }) => isAnswered);
  return {
    answered: shareOf(marked, ({ isAnswered }) => isAnswered),
    precision: standing.length > 0 ? shareOf(standing, ({ isRight }) => isRight) : null,
  };
}
