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
    // Platt's target for three examples of two classes is 4 / 5, which is a margin of ln 4.
    expect(temperature).toBeCloseTo(2 / Math.log(4), 3);
  });

  it('is 1 without examples', () => {
    expect(fitTemperature({ logits: new Float32Array(0), truth: [] })).toBe(1);
  });
});
