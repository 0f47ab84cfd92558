import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initializeMobileNet } from '../../../src/encoder/initialize-encoder.js';
import { featureCount } from '../../../src/encoder/mobilenet.js';
import type { Engine, Trainer } from '../../../src/engine/engine.js';
import { loadTensorflow, tensorflowStatus } from '../../../src/engine/tensorflow/load.js';
import { createTensorflowEngine } from '../../../src/engine/tensorflow/tensorflow-engine.js';
import { initializeRecurrent } from '../../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../../src/network/recurrent.js';
import { brightening, v2 } from '../../support/tiny-clips.js';

const status = await tensorflowStatus();

const network: RecurrentNetwork = {
  cell: 'gru',
  inputs: featureCount(v2),
  units: 4,
  layers: 2,
  bidirectional: true,
  dropout: 0.2,
  readout: 'attention',
  classes: 2,
};

describe.skipIf(status.kind === 'unavailable')("the tensorflow engine's memory", () => {
  let engine: Engine;
  let countTensors: () => number;
  let tensorsBefore: number;
  beforeAll(async () => {
    engine = await createTensorflowEngine();
    const { tf } = await loadTensorflow();
    countTensors = () => tf.memory().numTensors;
    tensorsBefore = countTensors();
  });
  afterAll(() => expect(countTensors()).toBe(tensorsBefore));

  const weights = new Map([...initializeMobileNet(v2, 1), ...initializeRecurrent(network, 1)]);
  const step = { ...brightening(1), learningRate: 1e-3 };

  const expectConstant = async (use: () => Promise<unknown>) => {
    await use();
    const tensors = countTensors();
    await use();
    expect(countTensors()).toBe(tensors);
  };

  it.each([
    { fromBlock: 0, framesPerMicroBatch: 100 },
    { fromBlock: 0, framesPerMicroBatch: 24 },
    { fromBlock: 4, framesPerMicroBatch: 24 },
    { fromBlock: 100, framesPerMicroBatch: 24 },
    { fromBlock: 4, framesPerMicroBatch: 24, trains: 'scales', layerDecay: 0.9 },
  ] as const)('does not grow while it trains: %o', async (options) => {
    const trainer: Trainer = await engine.training!.createTrainer({
      network,
      weights,
      encoder: { network: v2, ...options },
      optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, pull: 0.01 },
      clipNorm: 1,
      loss: 'cross-entropy',
    });
    await expectConstant(() => trainer.step(step));
    await expectConstant(() => trainer.classify(step.batch));
    await expectConstant(() => trainer.weights());
    await expectConstant(async () => trainer.restore(await trainer.state()));
    await trainer.release();
  });

  it('does not grow while it encodes, classifies and calibrates', async () => {
    const encoder = await engine.loadEncoder(v2, weights);
    const classifier = await engine.loadClassifier(network, weights);
    const { lengths, timesteps } = step.batch;
    await expectConstant(async () => {
      const data = await encoder.encode(step.batch.data);
      await classifier.classify({ kind: 'features', data, lengths, timesteps });
    });
    await expectConstant(() => engine.training!.calibrate(v2, weights, step.batch.data));
    await Promise.all([encoder.release(), classifier.release()]);
  });
});
