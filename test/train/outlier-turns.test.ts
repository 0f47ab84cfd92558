import { describe, expect, it } from 'vitest';
import { NO_CLASS } from '../../src/datasets/dataset.js';
import { outlierTurns } from '../../src/train/outlier-turns.js';

const outliers = Array.from({ length: 25 }, (_, index) => ({
  id: `${index}`,
  path: `${index}.mp4`,
  group: `${index}`,
  label: NO_CLASS,
}));

describe('the outliers of an epoch', () => {
  it('are all of them where they are few', () => {
    const turns = outlierTurns(outliers, { examples: 50, seed: 1 });
    expect(turns.perEpoch).toBe(25);
    expect(new Set(turns.of(3))).toEqual(new Set(outliers));
  });

  it('are at most half as many as the examples, others in every epoch until all had their turn', () => {
    const turns = outlierTurns(outliers, { examples: 10, seed: 1 });
    expect(turns.perEpoch).toBe(5);
    const seen = [0, 1, 2, 3, 4].flatMap(turns.of);
    expect(new Set(seen)).toEqual(new Set(outliers));
    expect(turns.of(5)).toEqual(turns.of(0));
    expect(turns.of(0)).toEqual(outlierTurns(outliers, { examples: 10, seed: 1 }).of(0));
    expect(seen).not.toEqual(outliers);
  });

  it('are none where there are none', () => {
    expect(outlierTurns([], { examples: 10, seed: 1 }).of(0)).toEqual([]);
  });
});
