import { describe, expect, it } from 'vitest';
import { comparePaired } from '../../../src/tasks/classification/paired.js';

/** Answers about examples of class 0, one a group, by the probability of that class. */
const pairs = (of: ReadonlyArray<readonly [one: number, other: number]>) =>
  of.map(([one, other], index) => {
    const answer = (probability: number) => ({
      example: { id: String(index), group: `group ${index}`, label: 0 },
      probabilities: [probability, 1 - probability],
      repeat: 1,
    });
    return { one: answer(one), other: answer(other) };
  });

const repeated = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value);

describe('comparePaired', () => {
  it('gives both figures and their difference, the second less the first', () => {
    const { accuracy, logLoss } = comparePaired(pairs([...repeated([0.8, 0.4] as const, 3), [0.1, 0.9]]), {
      seed: 1,
    });
    expect(accuracy).toMatchObject({ one: 0.75, other: 0.25, difference: -0.5 });
    const [one, other] = [-(3 * Math.log(0.8) + Math.log(0.1)) / 4, -(3 * Math.log(0.4) + Math.log(0.9)) / 4];
    expect(logLoss.one).toBeCloseTo(one, 12);
    expect(logLoss.other).toBeCloseTo(other, 12);
    expect(logLoss.difference).toBeCloseTo(other - one, 12);
  });

  it('shows a difference that all groups agree on, in either direction', () => {
    const better = comparePaired(pairs(repeated([0.4, 0.8] as const, 8)), { seed: 1 });
    expect(better.accuracy).toMatchObject({ difference: 1, interval: [1, 1], isShown: true });
    expect(better.logLoss.isShown).toBe(true);
    const worse = comparePaired(pairs(repeated([0.8, 0.4] as const, 8)), { seed: 1 });
    expect(worse.accuracy).toMatchObject({ difference: -1, isShown: true });
  });

  it('shows none of fewer groups than chance could not turn one way', () => {
    const { accuracy } = comparePaired(pairs(repeated([0.4, 0.8] as const, 5)), { seed: 1 });
    expect(accuracy).toMatchObject({ difference: 1, isShown: false });
  });

  it('pairs answers, so that what is hard for both counts for neither', () => {
    const both = [...repeated([0.1, 0.2] as const, 10), ...repeated([0.8, 0.9] as const, 10)];
    const { accuracy, logLoss } = comparePaired(pairs(both), { seed: 1 });
    expect(accuracy).toMatchObject({ difference: 0, interval: [0, 0], isShown: false });
    expect(logLoss.interval[1]).toBeLessThan(0);
    expect(logLoss.isShown).toBe(true);
  });
});
