import { UserError } from '../../errors.js';
import { isUnlike, type Limits } from './answer.js';
import { type Answers, confidences } from './calibration.js';

/** What becomes of answers when those below a probability, or too far from what the model knows, are `unknown`. */
export interface Selection {
  readonly minProbability: number;
  /** Share of the examples that get an answer. */
  readonly answered: number;
  /** Share of the answers that are right; null without any. */
  readonly precision: number | null;
}

/**
 * The lowest probability from which on answers are right as often as wanted, so that most examples keep
 * theirs: to be chosen on validation data.
 *
 * @param targetPrecision in (0, 1].
 * @returns null when even the surest answers are not right that often.
 */
export function chooseMinProbability(answers: Answers, targetPrecision: number): number | null {
  const falling = confidences(answers).sort((one, other) => other.confidence - one.confidence);
  let right = 0;
  let chosen: number | null = null;
  falling.forEach(({ confidence, isRight }, index) => {
    right += Number(isRight);
    const isLastOfEquals = falling[index + 1]?.confidence !== confidence;
    if (isLastOfEquals && right / (index + 1) >= targetPrecision) chosen = confidence;
  });
  return chosen;
}

/**
 * How answers fare under a threshold, and a limit to how far examples may be.
 * @param distances of the examples from what the model was trained on, where it knows.
 */
export function selectAnswers(
  answers: Answers,
  limits: Limits,
  distances: ArrayLike<number> = [],
): Selection {
  const { minProbability } = limits;
  const all = confidences(answers);
  const kept = all.filter(
    ({ confidence }, index) => confidence >= minProbability && !isUnlike(distances[index], limits),
  );
  const right = kept.filter(({ isRight }) => isRight).length;
  return {
    minProbability,
    answered: kept.length / all.length,
    precision: kept.length > 0 ? right / kept.length : null,
  };
}

/** For whoever asks for a threshold in both ways. */
export function chosenAndGiven(): UserError {
  return new UserError('usage', {
    problem: '--target-precision chooses the threshold and --min-probability sets it, but both were given.',
    fix: 'Leave one of the two out.',
  });
}
