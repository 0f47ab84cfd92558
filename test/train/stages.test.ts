import { describe, expect, it } from 'vitest';
import { networksOf } from '../../src/network/networks.js';
import { checkPipeline } from '../../src/pipeline/schema.js';
import { type Stage, stagesOf, stepsOf } from '../../src/train/stages.js';

const stage: Stage = {
  scope: { kind: 'recurrent' },
  isFirst: true,
  epochs: 3,
  batchSize: 4,
  learningRate: 0.1,
  warmupEpochs: 0,
};

describe("a stage's steps", () => {
  it('are those of its epochs', () => {
    const { total, inEpoch } = stepsOf(stage, 3);
    expect(total).toBe(9);
    expect([0, 1, 2].map(inEpoch)).toEqual([3, 3, 3]);
  });

  it('end in the midst of an epoch where they are limited', () => {
    const { total, inEpoch } = stepsOf({ ...stage, steps: 5 }, 3);
    expect(total).toBe(5);
    expect([0, 1, 2].map(inEpoch)).toEqual([3, 2, 0]);
  });
});

describe('the warm-up of stages after the first', () => {
  it('is their own: at most an epoch, a quarter of a short stage, or what the pipeline says', () => {
    const further = { fromBlock: 3, batchSize: 4, learningRate: 0.1 };
    const pipeline = checkPipeline(
      {
        name: 'staged',
        description: 'For tests.',
        recurrent: { cell: 'lstm', units: 4 },
        input: {
          kind: 'frames',
          sampling: { kind: 'uniform', frames: 3 },
          preprocessing: { size: 96, fit: 'squash', kernel: 'linear' },
          encoder: { architecture: 'mobilenet-v1', alpha: 0.1, weights: 'hub' },
        },
        training: { train: 'recurrent', epochs: 20, batchSize: 4, learningRate: 0.1, warmupEpochs: 5 },
        finetune: [
          { ...further, epochs: 3 },
          { ...further, epochs: 30 },
          { ...further, epochs: 3, warmupEpochs: 0 },
        ],
      },
      'the test',
    );
    const stages = stagesOf(pipeline, networksOf(pipeline, { classes: 2 }));
    expect(stages.map(({ warmupEpochs }) => warmupEpochs)).toEqual([5, 0.75, 1, 0]);
  });
});
