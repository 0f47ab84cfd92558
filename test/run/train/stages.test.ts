import { describe, expect, it } from 'vitest';
import { type Stage, stepsOf } from '../../../src/run/train/stages.js';

const stage: Stage = {
  scope: { kind: 'recurrent' },
  isFirst: true,
  epochs: 3,
  batchSize: 4,
  learningRate: 0.1,
  warmupEpochs: 0,
};

describe("a stage's steps", () => {
  it('are those of its epochs, the last batch of each short where it does not fill', () => {
    const { total, inEpoch } = stepsOf(stage, 10);
    expect(total).toBe(9);
    expect([0, 1, 2].map(inEpoch)).toEqual([3, 3, 3]);
  });

  it('end in the midst of an epoch where they are limited', () => {
    const { total, inEpoch } = stepsOf({ ...stage, steps: 5 }, 10);
    expect(total).toBe(5);
    expect([0, 1, 2].map(inEpoch)).toEqual([3, 2, 0]);
  });
});
