import { describe, expect, it } from 'vitest';
import { checkPipeline } from '../../src/pipeline/schema.js';
import { lengthOf, type Stage, stagesOf } from '../../src/train/stages.js';

describe('the length of a stage', () => {
  const stepsOf = (stage: Pick<Stage, 'epochs' | 'steps'>, perEpoch: number) => {
    const { steps, epochs, inEpoch } = lengthOf(stage, perEpoch);
    return { steps, epochs, ofEach: [...Array(epochs + 1).keys()].map(inEpoch) };
  };

  it('is that of its epochs', () => {
    expect(stepsOf({ epochs: 3 }, 3)).toEqual({ steps: 9, epochs: 3, ofEach: [3, 3, 3, 0] });
  });

  it('is so many steps, however few examples there are, the last epoch ending early', () => {
    expect(stepsOf({ steps: 5 }, 3)).toEqual({ steps: 5, epochs: 2, ofEach: [3, 2, 0] });
    expect(stepsOf({ steps: 5 }, 1)).toEqual({ steps: 5, epochs: 5, ofEach: [1, 1, 1, 1, 1, 0] });
    expect(stepsOf({ steps: 5 }, 10)).toEqual({ steps: 5, epochs: 1, ofEach: [5, 0] });
  });

  it('is the longer one of both', () => {
    expect(stepsOf({ epochs: 2, steps: 5 }, 2)).toEqual({ steps: 5, epochs: 3, ofEach: [2, 2, 1, 0] });
    expect(stepsOf({ epochs: 2, steps: 5 }, 4)).toEqual({ steps: 8, epochs: 2, ofEach: [4, 4, 0] });
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
    const stages = stagesOf(pipeline);
    const perEpoch = 8;
    expect(stages.map((stage) => lengthOf(stage, perEpoch).warmupSteps)).toEqual([40, 6, 8, 0]);
  });
});
