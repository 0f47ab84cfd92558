import { describe, expect, it } from 'vitest';
import { stageNames, stageSentences } from '../../src/report/stage-words.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

const { training } = tinyPipeline;
const usual = { trains: 'weights', layerDecay: 1, pull: 0, average: 1, ema: 0 } as const;
const stage = { ...usual, fromBlock: 9, epochs: 2, batchSize: 4, learningRate: 0.0003 };
const teacher = { architecture: 'mobilenet-v2', alpha: 1, weights: 'hub', size: 96 } as const;
const distil = { teacher, epochs: 1, pictures: 1, batchSize: 1, learningRate: 0.001 };

describe('the stages of a training', () => {
  it('are named by what they are, and by their network where there are several', () => {
    expect(stageNames({ training }, 1)).toEqual(['stage 1']);
    expect(stageNames({ training, finetune: [stage] }, 2)).toEqual(['stage 1', 'stage 2']);
    expect(stageNames({ training, distil: distil as never }, 3)).toEqual([
      'distillation',
      'network 1',
      'network 2',
    ]);
    expect(stageNames({ training, finetune: [stage] }, 4).at(-1)).toBe('2, stage 2');
  });

  it('are explained, each by what it trains', () => {
    const recurrent = { ...training, train: 'recurrent' as const };
    const text = stageSentences({ training: recurrent, finetune: [stage] }, 2).join(' ');
    expect(text).toMatch(
      /Stage 1 trains the recurrent network on the features of the encoder, which stays as it is\./,
    );
    expect(text).toMatch(
      /Stage 2 also trains the encoder from block 9 on, with a learning rate of 0\.0003\./,
    );
    expect(text).toMatch(/lowest validation loss/);
    expect(stageSentences({ training: { ...training, keep: 'last' } }, 1)).toEqual([
      'The model keeps the weights of the last epoch.',
    ]);
  });

  it('are explained, each by how it spares what was there before', () => {
    const gentle = {
      ...stage,
      trains: 'scales',
      layerDecay: 0.8,
      pull: 0.1,
      average: 0.5,
      ema: 0.9,
    } as const;
    const text = stageSentences({ training, finetune: [gentle] }, 2).join(' ');
    expect(text).toContain(
      'Stage 2 also trains a scale and a shift of each channel of the encoder from block 9 on, with a learning rate of 0.0003, times 0.8 for each block to the recurrent network. Each of its steps pulls the encoder back to what it was before. Its weights are a moving average over its steps. It ends with a mean of weights, 0.5 of its own and the rest of those it began with.',
    );
  });

  it('are those of each network in turn', () => {
    expect(stageSentences({ training }, 3)[0]).toMatch(
      /^The 3 networks of the model are trained one after the other/,
    );
  });
});
