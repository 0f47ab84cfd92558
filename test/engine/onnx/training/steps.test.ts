import { describe, expect, it } from 'vitest';
import { initializeMobileNet } from '../../../../src/encoder/initialize-encoder.js';
import { featureCount, type MobileNet } from '../../../../src/encoder/mobilenet.js';
import { createOnnxEngine } from '../../../../src/engine/onnx/onnx-engine.js';
import { collate, type FrameSequence } from '../../../../src/inputs/batches.js';
import { initializeRecurrent } from '../../../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../../../src/network/recurrent.js';
import { random } from '../../../../src/random.js';
import type { Weights } from '../../../../src/tensors/tensor.js';
import { relativeDifference } from '../../../contracts/engine.js';
import { oneHot } from '../../../support/one-hot.js';

const engine = await createOnnxEngine({ threads: 1 });

const SIZE = 32;
const LENGTHS = [3, 1, 2];
const encoder: MobileNet = {
  architecture: 'mobilenet-v1',
  alpha: 0.1,
  inputSize: SIZE,
  pooling: { kind: 'global' },
  blocks: 3,
};
const network: RecurrentNetwork = {
  cell: 'gru',
  layers: 1,
  bidirectional: true,
  dropout: 0.5,
  readout: 'attention',
  units: 4,
  inputs: featureCount(encoder),
  classes: 2,
};
const drawn = new Map([...initializeMobileNet(encoder, 1), ...initializeRecurrent(network, 1)]);

const stream = random(1, 'frames');
const batch = collate(
  LENGTHS.map((timesteps): FrameSequence => {
    const data = Uint8Array.from({ length: timesteps * SIZE * SIZE * 3 }, () => stream.integer(0, 256));
    return { kind: 'frames', data, timesteps };
  }),
);

/** Loss and weights after two steps, with at most so many frames at once. */
async function train(framesPerMicroBatch: number) {
  const trainer = await engine.training.createTrainer({
    network,
    weights: drawn,
    encoder: { network: encoder, fromBlock: 0, framesPerMicroBatch },
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 0.1 },
    clipNorm: 1,
    loss: 'cross-entropy',
  });
  const losses: number[] = [];
  for (const dropoutSeed of [1, 2]) {
    const targets = oneHot([0, 1, 1], 2);
    losses.push((await trainer.step({ batch, targets, learningRate: 0.01, dropoutSeed })).loss);
  }
  const weights: Weights = await trainer.weights();
  await trainer.release();
  return { losses, weights };
}

describe('a step on frames in parts', async () => {
  const whole = await train(100);

  // Of 6 frames: each by itself, parts that divide them, one that is short, and two of which one is nearly empty.
  it.each([1, 2, 4, 5])('of %d comes to the weights of a step on all at once', async (framesPerPart) => {
    const { losses, weights } = await train(framesPerPart);
    losses.forEach((loss, step) => {
      expect(Math.abs(loss / whole.losses[step]! - 1)).toBeLessThan(1e-5);
    });
    for (const [name, { data }] of whole.weights) {
      expect(relativeDifference(weights.get(name)!.data, data), name).toBeLessThan(1e-4);
    }
  });

  it('moves every weight of the encoder', () => {
    for (const [name, { data }] of whole.weights) expect(data, name).not.toEqual(drawn.get(name)!.data);
  });
});
