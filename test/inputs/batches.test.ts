import { describe, expect, it } from 'vitest';
import {
  collate,
  epochBatches,
  type FeatureSequence,
  inBatches,
  takeTimesteps,
} from '../../src/inputs/batches.js';

const sequence = (values: number[], timesteps: number): FeatureSequence => ({
  kind: 'features',
  data: Float32Array.from(values),
  timesteps,
});

describe('collate', () => {
  it('pads shorter sequences with zeros after their end', () => {
    const batch = collate([sequence([1, 2, 3, 4], 2), sequence([5, 6], 1)]);
    expect(batch.timesteps).toBe(2);
    expect([...batch.lengths]).toEqual([2, 1]);
    expect([...batch.data]).toEqual([1, 2, 3, 4, 5, 6, 0, 0]);
  });

  it('keeps frames as bytes', () => {
    const batch = collate([{ kind: 'frames', data: Uint8Array.of(1, 2, 3), timesteps: 1 }]);
    expect(batch).toEqual({
      kind: 'frames',
      data: Uint8Array.of(1, 2, 3),
      lengths: Int32Array.of(1),
      timesteps: 1,
    });
  });

  it('refuses a batch of both kinds, and one of none', () => {
    const frames = { kind: 'frames', data: Uint8Array.of(1), timesteps: 1 } as const;
    expect(() => collate([sequence([1], 1), frames])).toThrow('A batch of features got frames');
    expect(() => collate([])).toThrow('at least one');
  });
});

describe('epochBatches', () => {
  const options = { batchSize: 4, seed: 3, epoch: 0 };

  it('visits every example once, the last batch being short', () => {
    const batches = epochBatches(10, options);
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
  });

  it('shuffles by seed and epoch, the same each time', () => {
    expect(epochBatches(10, options)).toEqual(epochBatches(10, options));
    expect(epochBatches(10, options)).not.toEqual(epochBatches(10, { ...options, epoch: 1 }));
    expect(epochBatches(10, options)).not.toEqual(epochBatches(10, { ...options, seed: 4 }));
  });
});

describe('epochBatches of sequences whose lengths differ', () => {
  const lengths = Array.from({ length: 1000 }, (_, index) => 1 + ((index * 7919) % 40));
  const options = { batchSize: 8, seed: 3, epoch: 0, lengths };
  const padded = (batches: number[][]) =>
    batches.reduce((sum, batch) => {
      const longest = Math.max(...batch.map((index) => lengths[index]!));
      return sum + batch.reduce((most, index) => most + longest - lengths[index]!, 0);
    }, 0);

  it('visits every example once, with little to pad', () => {
    const batches = epochBatches(1000, options);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    const unsorted = epochBatches(1000, { ...options, lengths: undefined });
    expect(padded(batches)).toBeLessThan(padded(unsorted) / 5);
  });

  it('does not go from short to long, and draws other batches each epoch', () => {
    const batches = epochBatches(1000, options);
    const firsts = batches.slice(0, 50).map(([first]) => lengths[first!]!);
    expect(firsts).not.toEqual([...firsts].sort((a, b) => a - b));
    expect(batches).not.toEqual(epochBatches(1000, { ...options, epoch: 1 }));
    expect(batches).toEqual(epochBatches(1000, options));
  });
});

describe('takeTimesteps', () => {
  it('gives the timesteps at these places, in this order', () => {
    expect(takeTimesteps(sequence([1, 2, 3, 4, 5, 6], 3), [2, 0])).toEqual(sequence([5, 6, 1, 2], 2));
    const tokens = { kind: 'tokens', data: Int32Array.of(7, 8, 9), timesteps: 3 } as const;
    expect(takeTimesteps(tokens, [1])).toEqual({ kind: 'tokens', data: Int32Array.of(8), timesteps: 1 });
  });
});

describe('inBatches', () => {
  it('keeps the order', () => {
    expect(inBatches(['a', 'b', 'c'], 2)).toEqual([['a', 'b'], ['c']]);
    expect(inBatches([], 2)).toEqual([]);
  });
});

describe('epochs of classes alike often', () => {
  const CLASSES = [...Array(10).fill(0), ...Array(3).fill(1), 2];

  function counts(epoch: number): { shown: number[]; ofFirst: Set<number> } {
    const order = epochBatches(CLASSES.length, { batchSize: 4, seed: 1, epoch, classes: CLASSES }).flat();
    const shown = [0, 1, 2].map((label) => order.filter((index) => CLASSES[index] === label).length);
    return { shown, ofFirst: new Set(order.filter((index) => CLASSES[index] === 0)) };
  }

  it('shows all classes alike often in an epoch of as many examples as there are', () => {
    for (let epoch = 0; epoch < 20; epoch++) {
      const { shown } = counts(epoch);
      expect(shown.reduce((sum, count) => sum + count, 0)).toBe(CLASSES.length);
      expect(Math.max(...shown) - Math.min(...shown)).toBeLessThanOrEqual(1);
    }
  });

  it('shows other examples of a frequent class in other epochs, in the end all of them', () => {
    const seen = new Set(Array.from({ length: 20 }, (_, epoch) => [...counts(epoch).ofFirst]).flat());
    expect(seen.size).toBe(10);
  });

  it('shows every example of a rare class as often as the others of it, or once more', () => {
    const order = epochBatches(CLASSES.length, { batchSize: 4, seed: 1, epoch: 0, classes: CLASSES }).flat();
    const times = [10, 11, 12].map((index) => order.filter((each) => each === index).length);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
  });
});
