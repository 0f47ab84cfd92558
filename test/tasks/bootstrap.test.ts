import { describe, expect, it } from 'vitest';
import { random } from '../../src/random.js';
import { groupInterval } from '../../src/tasks/bootstrap.js';

/** Right or wrong by a biased coin, `perGroup` examples of a group all alike. */
function draws(options: { groups: number; perGroup: number; seed: number }) {
  const stream = random(options.seed, 'test');
  return Array.from({ length: options.groups }, (_, group) => {
    const value = Number(stream.float() < 0.7);
    return Array.from({ length: options.perGroup }, () => ({ group: `g${group}`, value }));
  }).flat();
}

describe('groupInterval', () => {
  it('is as wide as the normal approximation where groups are single examples', () => {
    const values = draws({ groups: 400, perGroup: 1, seed: 1 });
    const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
    const half = 1.96 * Math.sqrt((mean * (1 - mean)) / values.length);
    const [low, high] = groupInterval(values, { seed: 1 });
    expect(low).toBeCloseTo(mean - half, 1.7);
    expect(high).toBeCloseTo(mean + half, 1.7);
  });

  it('covers the truth in about 95 of 100 samples', () => {
    const covered = Array.from({ length: 200 }, (_, seed) => {
      const [low, high] = groupInterval(draws({ groups: 60, perGroup: 3, seed }), { seed });
      return low <= 0.7 && 0.7 <= high;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThan(180);
    expect(covered).toBeLessThan(199);
  });

  it('is not fooled by copies of the same example in one group', () => {
    const single = groupInterval(draws({ groups: 30, perGroup: 1, seed: 1 }), { seed: 1 });
    const copied = groupInterval(draws({ groups: 30, perGroup: 10, seed: 1 }), { seed: 1 });
    expect(copied[0]).toBeCloseTo(single[0], 10);
    expect(copied[1]).toBeCloseTo(single[1], 10);
  });

  it('is the same for the same seed, and another for another', () => {
    const values = draws({ groups: 999, perGroup: 2, seed: 1 });
    expect(groupInterval(values, { seed: 5 })).toEqual(groupInterval(values, { seed: 5 }));
    expect(groupInterval(values, { seed: 5 })).not.toEqual(groupInterval(values, { seed: 6 }));
  });
});
