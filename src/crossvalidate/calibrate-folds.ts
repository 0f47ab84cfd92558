import { chooseMaxDistance } from '../tasks/classification/known-examples.js';
import { softmax } from '../tasks/classification/metrics.js';
import { answersOf, logitsOf, type Prediction } from '../tasks/classification/predictions.js';
import { fitTemperature } from '../tasks/classification/temperature.js';
import type { Fold } from './fold.js';

/** What temperatures are fitted on and applied to. */
export type ScoredFold = Pick<
  Fold,
  'position' | 'temperature' | 'maxDistance' | 'predictions' | 'validationPredictions'
>;

/**
 * Gives each fold the temperature that fits what the other folds of its repeat said of their test parts, and how far these
 * were from what their networks were trained on: more examples than a validation part has, and none of its own test part.
 *
 * @returns also what fits all folds together, for a model that is made of all of them.
 */
export function calibrateFolds<T extends ScoredFold>(
  folds: readonly T[],
): { folds: T[]; temperature: number; maxDistance: number | undefined } {
  const raw = folds.map((fold) => atTemperature(fold, 1));
  const calibrated = raw.map((fold) => {
    const { repeat, number } = fold.position;
    const others = raw.filter(({ position }) => position.repeat === repeat && position.number !== number);
    return { ...atTemperature(fold, temperatureOf(others)), maxDistance: maxDistanceOf(others) };
  });
  return { folds: calibrated, temperature: temperatureOf(raw), maxDistance: maxDistanceOf(raw) };
}

/** Its probabilities as they are at another temperature. */
export function atTemperature<T extends ScoredFold>(fold: T, temperature: number): T {
  const factor = fold.temperature / temperature;
  const apply = (predictions: readonly Prediction[]): Prediction[] =>
    predictions.map((prediction) => ({
      ...prediction,
      probabilities: softmax(logitsOf([prediction]).map((logit) => logit * factor)),
    }));
  return {
    ...fold,
    temperature,
    predictions: apply(fold.predictions),
    validationPredictions: apply(fold.validationPredictions),
  };
}

const maxDistanceOf = (folds: readonly ScoredFold[]): number | undefined =>
  chooseMaxDistance(
    folds.flatMap(({ predictions }) => predictions.flatMap(({ distance }) => distance ?? [])),
  );

const temperatureOf = (folds: readonly ScoredFold[]): number =>
  fitTemperature(answersOf(folds.flatMap(({ predictions }) => predictions)));
