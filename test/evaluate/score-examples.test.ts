import { describe, expect, it } from 'vitest';
import type { Example } from '../../src/datasets/dataset.js';
import { selectEngine } from '../../src/engine/select.js';
import { inOrder, scoreExamples } from '../../src/evaluate/score-examples.js';
import type { FeatureSequence } from '../../src/inputs/batches.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { random } from '../../src/random.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

describe('scoring examples', () => {
  it('keeps for each what the network attended to, a weight for each timestep of its own', async () => {
    const { engine } = await selectEngine('onnx');
    const { recurrent } = networksOf(tinyPipeline, { classes: 2 });
    const network = { ...recurrent, readout: 'attention' } as const;
    const classifier = await engine.loadClassifier(network, initializeRecurrent(network, 1));
    // More than one batch, and of different lengths.
    const examples = Array.from({ length: 40 }, (_, index): Example => {
      return { id: `${index}`, path: `${index}`, label: 0, group: `${index}` };
    });
    const lengthOf = ({ id }: Pick<Example, 'id'>) => 1 + (Number(id) % 3);
    const read = async (example: Pick<Example, 'id'>): Promise<FeatureSequence> => {
      const timesteps = lengthOf(example);
      const stream = random(Number(example.id), 'features');
      const data = Float32Array.from({ length: timesteps * network.inputs }, () => stream.float());
      return { kind: 'features', data, timesteps };
    };
    const scored = await scoreExamples({
      examples,
      read,
      scorers: new Map([['network', inOrder(classifier)]]),
      signal: undefined,
    });
    await classifier.release();
    const attention = scored.attention.get('network')!;
    expect(attention.map((weights) => weights.length)).toEqual(examples.map(lengthOf));
    for (const weights of attention) {
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
  });

  it('ends with the batch that it reads when it is interrupted', async () => {
    const interruption = new AbortController();
    const examples = Array.from({ length: 100 }, (_, index): Example => {
      return { id: `${index}`, path: `${index}`, label: 0, group: `${index}` };
    });
    let read = 0;
    const scored = scoreExamples({
      examples,
      read: async (): Promise<FeatureSequence> => {
        if (++read === 10) interruption.abort();
        return { kind: 'features', data: new Float32Array(1), timesteps: 1 };
      },
      scorers: new Map(),
      signal: interruption.signal,
    });
    await expect(scored).rejects.toMatchObject({ code: 'aborted' });
    expect(read).toBe(32);
  });
});
