import { describe, expect, it } from 'vitest';
import { selectEngine } from '../../src/engine/select.js';
import { collate } from '../../src/inputs/batches.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { requireTensor } from '../../src/tensors/tensor.js';
import { optimizerOf } from '../../src/train/optimizer.js';

const pipeline = parsePipeline(
  `
name: tiny
description: For a test.
input: { kind: rows }
recurrent: { cell: lstm, units: 3 }
training: { train: recurrent, optimizer: sgd, epochs: 1, batchSize: 2, learningRate: 0.1, weightDecay: 0.5 }
`,
  'tiny.yaml',
);

const network: RecurrentNetwork = { ...networksOf(pipeline, { classes: 2 }).recurrent, inputs: 2 };

describe('the optimizer sgd', () => {
  it('is told of decay and pull as shares of the learning rate', () => {
    const { hyperparameters, rateFactor } = optimizerOf(pipeline, { pull: 0.25 });
    expect(hyperparameters.weightDecay * rateFactor).toBeCloseTo(0.5, 12);
    expect(hyperparameters.pull! * rateFactor).toBeCloseTo(0.25, 12);
  });

  it('may be another one in a stage', () => {
    expect(optimizerOf(pipeline, { optimizer: 'adam' }).rateFactor).toBe(1);
    expect(optimizerOf(pipeline, { optimizer: undefined }).rateFactor).toBe(optimizerOf(pipeline).rateFactor);
  });

  it('moves weights against the gradient by the learning rate, and lets kernels decay', async () => {
    const { engine } = await selectEngine('onnx');
    const { hyperparameters, rateFactor } = optimizerOf(pipeline);
    const trainer = await engine.training.createTrainer({
      network,
      weights: initializeRecurrent(network, 1),
      optimizer: hyperparameters,
      clipNorm: 1e6,
      loss: 'cross-entropy',
    });
    const before = await trainer.state();
    const batch = collate([{ kind: 'features', data: Float32Array.of(1, -1, 0.5, 2), timesteps: 2 }]);
    const learningRate = 0.1 * rateFactor;
    await trainer.step({ batch, targets: Float32Array.of(0, 1), learningRate, dropoutSeed: 1 });
    const after = await trainer.state();
    await trainer.release();
    for (const [name, { data }] of initializeRecurrent(network, 1)) {
      // With beta1 = 0, the first moment is the gradient.
      const gradient = requireTensor(after, `adam.m.${name}`).data;
      const decay = name.endsWith('.bias') ? 0 : 0.5;
      const now = requireTensor(after, name).data;
      requireTensor(before, name).data.forEach((weight, index) => {
        expect(now[index]).toBeCloseTo(weight - 0.1 * (gradient[index]! + decay * weight), 6);
      });
      expect(data.some((_, index) => gradient[index] !== 0)).toBe(true);
    }
  });
});
