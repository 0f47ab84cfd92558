import { describe, expect, it } from 'vitest';
import { random } from '../../../src/random.js';
import { fitTemperature, measureCalibration } from '../../../src/tasks/classification/calibration.js';
import { softmax } from '../../../src/tasks/classification/metrics.js';

/** Logits whose softmax is the truth's distribution, times a factor that makes them too sure. */
function overconfident(factor: number, examples = 4000) {
  const stream = random(1, 'test');
  const logits = Float32Array.from({ length: examples * 3 }, () => stream.normal());
  const truth = Array.from({ length: examples }, (_, index) => {
    const [first, second] = softmax(logits.subarray(index * 3, index * 3 + 3));
    const draw = stream.float();
    return draw < first! ? 0 : draw < first! + second! ? 1 : 2;
  });
  return { logits: logits.map((logit) => logit * factor), truth };
}

describe('measureCalibration', () => {
  it('is the mean distance of confidence to accuracy, weighted by the bins', () => {
    const log = (share: number) => [Math.log(share), Math.log(1 - share)];
    // Confidence 0.77 twice, right once; 0.98 once, right: (2 x 0.27 + 1 x 0.02) / 3.
    const { error, bins } = measureCalibration({
      logits: Float32Array.from([...log(0.77), ...log(0.77), ...log(0.02)]),
      truth: [0, 1, 1],
    });
    expect(error).toBeCloseTo(0.56 / 3, 5);
    expect(bins.map(({ examples, accuracy }) => [examples, accuracy])).toEqual([
      [2, 0.5],
      [1, 1],
    ]);
    expect(bins[0]!.from).toBeCloseTo(11 / 15, 10);
    expect(bins[0]!.to).toBeCloseTo(12 / 15, 10);
  });

  it('is small where probabilities are true', () => {
    expect(measureCalibration(overconfident(1)).error).toBeLessThan(0.03);
    expect(measureCalibration(overconfident(4)).error).toBeGreaterThan(0.2);
  });
});

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
