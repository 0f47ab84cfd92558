import { describe, expect, it } from 'vitest';
import { isCalibrated, measureCalibration } from '../../../src/tasks/classification/calibration.js';
import { overconfident } from '../../support/overconfident.js';

describe('measureCalibration', () => {
  it('is the mean distance of confidence to accuracy, weighted by the bins', () => {
    const log = (share: number) => [Math.log(share), Math.log(1 - share)];
    // Confidence 0.77 twice, right once; 0.98 once, right: (2 x 0.27 + 1 x 0.02) / 3.
    const logits = Float32Array.from([...log(0.77), ...log(0.77), ...log(0.02)]);
    const { error, bins, confidence } = measureCalibration({ logits, truth: [0, 1, 1] }, 1);
    expect(confidence).toBeCloseTo((0.77 + 0.77 + 0.98) / 3, 5);
    expect(error).toBeCloseTo(0.56 / 3, 5);
    expect(bins.map(({ examples, accuracy }) => [examples, accuracy])).toEqual([
      [2, 0.5],
      [1, 1],
    ]);
    expect(bins[0]!.from).toBeCloseTo(11 / 15, 10);
    expect(bins[0]!.to).toBeCloseTo(12 / 15, 10);
  });

  it('is small where probabilities are true', () => {
    expect(measureCalibration(overconfident(1), 1).error).toBeLessThan(0.03);
    expect(measureCalibration(overconfident(4), 1).error).toBeGreaterThan(0.2);
  });

  it('has what is calibrated within its range in about 95 of 100 cases, however few examples there are', () => {
    const cases = Array.from({ length: 100 }, (_, seed) =>
      measureCalibration(overconfident(1, { examples: 60, seed }), seed),
    );
    const within = cases.filter(({ error, range: [low, high] }) => error >= low && error <= high);
    expect(within.length).toBeGreaterThanOrEqual(88);
    expect(within.length).toBeLessThan(100);
  });

  it('has what is calibrated within its range when each example is answered three times over', () => {
    const within = Array.from({ length: 100 }, (_, seed) => {
      const { logits, truth } = overconfident(1, { examples: 60, seed });
      const again = [0, 1, 2].flatMap(() => [...logits]);
      const ids = [0, 1, 2].flatMap(() => truth.map((_label, index) => `clip-${index}`));
      const answers = { logits: Float32Array.from(again), truth: [...truth, ...truth, ...truth] };
      const { error, range } = measureCalibration({ ...answers, ids }, seed);
      // As if there were three times as many examples.
      expect(measureCalibration(answers, seed).range[1]).toBeLessThan(range[1]);
      return error >= range[0] && error <= range[1];
    });
    expect(within.filter(Boolean).length).toBeGreaterThanOrEqual(88);
    expect(within.filter(Boolean).length).toBeLessThan(100);
  });

  it('tells what is too sure of itself, and not what is more accurate than chance would have it', () => {
    expect(isCalibrated(measureCalibration(overconfident(3, { examples: 240 }), 1))).toBe(false);
    const certain = measureCalibration({ logits: Float32Array.of(50, 0, 50, 0), truth: [0, 0] }, 1);
    expect(certain).toMatchObject({ error: 0, range: [0, 0] });
    expect(isCalibrated(certain)).toBe(true);
  });

  it('draws the same range by the same seed', () => {
    const answers = overconfident(1, { examples: 60 });
    expect(measureCalibration(answers, 5)).toEqual(measureCalibration(answers, 5));
    expect(measureCalibration(answers, 5).range).not.toEqual(measureCalibration(answers, 6).range);
  });
});
