import { describe, expect, it } from 'vitest';
import { calibrateFolds, type ScoredFold } from '../../src/crossvalidate/calibrate-folds.js';
import { softmax } from '../../src/tasks/classification/metrics.js';
import type { Prediction } from '../../src/tasks/classification/predictions.js';
import { overconfident } from '../support/overconfident.js';

/** A fold whose logits are too large by a factor, and whose model divided them by a temperature. */
function fold(
  [repeat, number]: readonly [number, number],
  { factor, temperature = 1 }: { factor: number; temperature?: number },
): ScoredFold {
  const { logits, truth } = overconfident(factor, { examples: 500, seed: number });
  const predictions = truth.map((label, index): Prediction => {
    const own = logits.subarray(index * 3, index * 3 + 3).map((logit) => logit / temperature);
    return {
      example: { id: `${number}-${index}`, group: `${number}-${index}`, label },
      probabilities: softmax(own),
      classifiers: { network: 0 },
    };
  });
  return {
    position: { repeat, number, of: 3, seed: repeat },
    temperature,
    predictions,
    validationPredictions: predictions.slice(0, 2),
  };
}

describe('calibrateFolds', () => {
  const alike = [1, 2, 3].map((number) => fold([1, number], { factor: 3 }));

  it('finds what folds that are alike have in common', () => {
    const { folds, temperature } = calibrateFolds(alike);
    expect(temperature).toBeCloseTo(3, 0);
    for (const each of folds) expect(each.temperature).toBeCloseTo(3, 0);
    expect(folds[0]!.validationPredictions).toEqual(folds[0]!.predictions.slice(0, 2));
  });

  it('does not look at what the fold itself said', () => {
    const unlike = [fold([1, 1], { factor: 0.5 }), ...alike.slice(1)];
    const [first, second] = calibrateFolds(unlike).folds;
    expect(first!.temperature).toBe(calibrateFolds(alike).folds[0]!.temperature);
    expect(second!.temperature).not.toBeCloseTo(3, 0);
  });

  it('does not look at other repeats', () => {
    const others = [1, 2, 3].map((number) => fold([2, number], { factor: 0.5 }));
    const { folds } = calibrateFolds([...alike, ...others]);
    expect(folds.slice(0, 3)).toEqual(calibrateFolds(alike).folds);
  });

  it('undoes the temperature that a model has kept', () => {
    const kept = [1, 2, 3].map((number) => fold([1, number], { factor: 3, temperature: 1.5 }));
    const [of, expected] = [calibrateFolds(kept), calibrateFolds(alike)];
    expect(of.temperature).toBeCloseTo(expected.temperature, 4);
    const [first, known] = [of.folds[0]!.predictions[0]!, expected.folds[0]!.predictions[0]!];
    first.probabilities.forEach((value, index) => {
      expect(value).toBeCloseTo(known.probabilities[index]!, 4);
    });
  });
});
