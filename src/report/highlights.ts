import type { Prediction } from '../tasks/classification/predictions.js';

/** Clips of each kind that are shown: with 16 frames each, these make some 600 kB. */
const SHOWN = 6;

export interface Highlights<T = Prediction> {
  /** Wrong answers, the most probable ones first. */
  readonly errors: readonly T[];
  /** Right answers, likewise. */
  readonly hits: readonly T[];
}

/** The worst errors and the best hits; an example that is in several repeats is taken once of each kind. */
export function chooseHighlights(predictions: readonly Prediction[]): Highlights {
  const falling = [...predictions].sort((one, other) => confidenceOf(other) - confidenceOf(one));
  const isRight = ({ example, classifiers }: Prediction) => classifiers.network === example.label;
  return {
    errors: firstOfEach(falling.filter((prediction) => !isRight(prediction))),
    hits: firstOfEach(falling.filter(isRight)),
  };
}

/** Probability of the class that was said. */
export const confidenceOf = ({ probabilities, classifiers }: Prediction): number =>
  probabilities[classifiers.network!]!;

function firstOfEach(predictions: readonly Prediction[]): Prediction[] {
  const seen = new Map<string, Prediction>();
  for (const prediction of predictions) {
    if (!seen.has(prediction.example.id)) seen.set(prediction.example.id, prediction);
  }
  return [...seen.values()].slice(0, SHOWN);
}
