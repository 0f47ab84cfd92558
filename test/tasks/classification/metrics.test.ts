import { describe, expect, it } from 'vitest';
import { measure, softmax, wilsonInterval } from '../../../src/tasks/classification/metrics.js';

describe('measure', () => {
  // Predictions a, a, b, b for the true classes a, b, b, b; nothing is or was taken for c.
  const metrics = measure({
    logits: Float32Array.of(2, 0, 0, 3, 0, 0, 0, 1, 0, 0, 1, 0),
    truth: [0, 1, 1, 1],
    labels: ['a', 'b', 'c'],
  });

  it('counts the confusion by true and predicted class', () => {
    expect(metrics.confusion).toEqual([
      [1, 0, 0],
      [1, 2, 0],
      [0, 0, 0],
    ]);
    expect(metrics.accuracy).toBe(0.75);
    expect(metrics.examples).toBe(4);
  });

  it('gives precision, recall and F1 for each class, null where they have no meaning', () => {
    const [a, b, c] = metrics.classes;
    expect(a).toEqual({ label: 'a', examples: 1, precision: 0.5, recall: 1, f1: 2 / 3 });
    expect(b).toEqual({ label: 'b', examples: 3, precision: 1, recall: 2 / 3, f1: 0.8 });
    expect(c).toEqual({ label: 'c', examples: 0, precision: null, recall: null, f1: null });
  });

  it('balances over the classes that occur', () => {
    expect(metrics.balancedAccuracy).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(metrics.macroF1).toBeCloseTo((2 / 3 + 0.8) / 2, 12);
  });

  it('means the log loss over the examples, in nats', () => {
    const sure = (logit: number) => -Math.log(Math.exp(logit) / (Math.exp(logit) + 2));
    const wrong = -Math.log(1 / (Math.exp(3) + 2));
    expect(metrics.logLoss).toBeCloseTo((sure(2) + wrong + 2 * sure(1)) / 4, 12);
  });

  it('stays finite when a true class gets no probability at all', () => {
    const { logLoss } = measure({ logits: Float32Array.of(0, 1e5), truth: [0], labels: ['a', 'b'] });
    expect(Number.isFinite(logLoss)).toBe(true);
  });
});

describe('wilsonInterval', () => {
  it('agrees with the published example of 81 successes in 263 trials', () => {
    // Newcombe 1998, Statistics in Medicine 17, table I, method 3.
    const [low, high] = wilsonInterval(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  it('stays inside 0 to 1 at the ends', () => {
    expect(wilsonInterval(0, 20)[0]).toBe(0);
    expect(wilsonInterval(20, 20)[1]).toBe(1);
  });
});

it('softmax does not overflow', () => {
  expect(softmax(Float32Array.of(1000, 1000))).toEqual([0.5, 0.5]);
});
