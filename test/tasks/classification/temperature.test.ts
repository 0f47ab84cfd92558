import { describe, expect, it } from 'vitest';
import { fitTemperature } from '../../../src/tasks/classification/temperature.js';
import { overconfident } from '../../support/overconfident.js';

describe('fitTemperature', () => {
  it('finds the factor by which logits are too large or too small', () => {
    expect(fitTemperature(overconfident(3))).toBeCloseTo(3, 0);
    expect(fitTemperature(overconfident(0.5))).toBeCloseTo(0.5, 1);
  });

  it('does not become infinitely sure of few answers that are all right', () => {
    const temperature = fitTemperature({ logits: Float32Array.of(2, 0, 0, 2, 2, 0), truth: [0, 1, 0] });
    // Where the slope of 3 ln(1 + exp(-2 s)) + 4 (s - 1 - ln s) is 0, s being its inverse.
    expect(temperature).toBeCloseTo(0.865, 3);
  });

  it('leaves probabilities as they are that few answers of many classes bear out', () => {
    // 43 of 48 answers of six classes are right, which were given with 90 % each.
    const [sure, rest] = [Math.log(0.9), Math.log(0.02)];
    const logits = Float32Array.from({ length: 48 * 6 }, (_, index) => (index % 6 === 0 ? sure : rest));
    const truth = Array.from({ length: 48 }, (_, index) => (index < 43 ? 0 : 1 + (index % 5)));
    expect(fitTemperature({ logits, truth })).toBeCloseTo(1, 1);
  });

  it('is 1 without examples', () => {
    expect(fitTemperature({ logits: new Float32Array(0), truth: [] })).toBe(1);
  });
});
