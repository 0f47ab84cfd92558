import { describe, expect, it } from 'vitest';
import { initializeMobileNet } from '../../../src/encoder/initialize-encoder.js';
import { featureCount, type MobileNet } from '../../../src/encoder/mobilenet.js';
import type { Engine, TrainerOptions, TrainingStep } from '../../../src/engine/engine.js';
import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { selectEngine } from '../../../src/engine/select.js';
import { tensorflowStatus } from '../../../src/engine/tensorflow/load.js';
import { initializeRecurrent } from '../../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../../src/network/recurrent.js';
import { random } from '../../../src/random.js';

const hasTensorflow = (await tensorflowStatus()).kind === 'available';

const shared = {
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  clipNorm: 1,
  loss: 'cross-entropy',
} as const;

async function learningCurve(
  engine: Engine,
  options: TrainerOptions,
  steps: readonly TrainingStep[],
): Promise<number[]> {
  const trainer = await engine.training.createTrainer(options);
  const losses: number[] = [];
  for (const step of steps) losses.push((await trainer.step(step)).loss);
  await trainer.release();
  return losses;
}

async function expectSameCurve(options: TrainerOptions, steps: readonly TrainingStep[]): Promise<void> {
  const { engine: tensorflow } = await selectEngine('tensorflow');
  const expected = await learningCurve(tensorflow, options, steps);
  const losses = await learningCurve(await createOnnxEngine(), options, steps);
  losses.forEach((loss, index) => {
    expect(Math.abs(loss - expected[index]!), `step ${index}`).toBeLessThan(1e-3);
  });
  // A curve on which nothing happens would agree too easily.
  expect(Math.abs(losses.at(-1)! - losses[0]!)).toBeGreaterThan(0.05);
}

describe.runIf(hasTensorflow)('from the same weights, the two engines learn alike, step by step:', () => {
  it.each<Partial<RecurrentNetwork>>([
    { cell: 'lstm', layers: 2, bidirectional: true, readout: 'attention' },
    { cell: 'gru', layers: 1, bidirectional: false, readout: 'last' },
  ])('$cell, $layers layers, readout $readout', async (changes) => {
    const network: RecurrentNetwork = {
      cell: 'lstm',
      inputs: 5,
      units: 8,
      layers: 1,
      bidirectional: false,
      readout: 'last',
      dropout: 0.2,
      classes: 3,
      ...changes,
    };
    const lengths = [6, 3, 5, 1];
    const stream = random(2);
    const data = Float32Array.from({ length: lengths.length * 6 * 5 }, () => stream.normal());
    const steps = Array.from(
      { length: 40 },
      (_, index): TrainingStep => ({
        batch: { kind: 'features', data, lengths: Int32Array.from(lengths), timesteps: 6 },
        targets: Float32Array.of(0.9, 0.1, 0, 0.2, 1.6, 0.2, 0, 0, 0.5, 1, 0, 0),
        learningRate: 0.02,
        dropoutSeed: index,
      }),
    );
    await expectSameCurve({ network, weights: initializeRecurrent(network, 1), ...shared }, steps);
  });

  it.each([
    {
      loss: 'cross-entropy',
      layers: 1,
      isStandardized: true,
      learningRate: 5e-3,
      targets: [0.9, 0.1, 0, 0.2, 1.6, 0.2, 0, 0, 0.5],
    },
    {
      loss: 'squares',
      layers: 0,
      isStandardized: false,
      learningRate: 2e-4,
      targets: [2, -1, 0, 0, 3, -2, 1, 0.5, 0],
    },
  ] as const)('a MobileNet and what comes after it, from frames, by $loss', async (setting) => {
    const { loss, layers, learningRate } = setting;
    const encoder: MobileNet = {
      architecture: 'mobilenet-v2',
      alpha: 0.1,
      inputSize: 96,
      pooling: { kind: 'global' },
    };
    const network: RecurrentNetwork = {
      cell: 'lstm',
      inputs: featureCount(encoder),
      units: 4,
      layers,
      bidirectional: false,
      dropout: 0,
      readout: 'mean',
      classes: 3,
    };
    const weights = new Map([...initializeMobileNet(encoder, 1), ...initializeRecurrent(network, 1)]);
    const stream = random(3);
    const data = Uint8Array.from({ length: 3 * 2 * 96 * 96 * 3 }, () => stream.integer(0, 256));
    const step: TrainingStep = {
      batch: { kind: 'frames', data, lengths: Int32Array.of(2, 1, 2), timesteps: 2 },
      targets: Float32Array.from(setting.targets),
      learningRate,
      dropoutSeed: 0,
    };
    const options = { network, weights, encoder: { network: encoder, fromBlock: 0, framesPerMicroBatch: 8 } };
    const standardization = {
      mean: Float32Array.from({ length: network.inputs }, (_, index) => 0.1 * Math.sin(index)),
      scale: Float32Array.from({ length: network.inputs }, (_, index) => 4 + Math.cos(index)),
    };
    const given = { ...options, ...shared, loss, ...(setting.isStandardized && { standardization }) };
    await expectSameCurve(given, Array<TrainingStep>(8).fill(step));
  });
});
