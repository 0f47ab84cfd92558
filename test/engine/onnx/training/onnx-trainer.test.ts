import { afterEach, describe, expect, it } from 'vitest';
import { initializeMobileNet } from '../../../../src/encoder/initialize-encoder.js';
import { featureCount, type MobileNet } from '../../../../src/encoder/mobilenet.js';
import type { Trainer, TrainerOptions } from '../../../../src/engine/engine.js';
import { createOnnxEngine } from '../../../../src/engine/onnx/onnx-engine.js';
import type { FrameBatch } from '../../../../src/inputs/batches.js';
import { initializeRecurrent } from '../../../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../../../src/network/recurrent.js';
import { random } from '../../../../src/random.js';
import type { Weights } from '../../../../src/tensors/tensor.js';
import { oneHot } from '../../../support/one-hot.js';

const engine = await createOnnxEngine({ threads: 1 });

/** With beta1 = 0 the first moment in the state is the gradient itself. */
const SHOW_GRADIENT = { beta1: 0, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

const lstm = { cell: 'lstm', layers: 1, bidirectional: false, dropout: 0.5, readout: 'last' } as const;
const trainers: Trainer[] = [];

async function createTrainer(network: RecurrentNetwork, options: Partial<TrainerOptions> = {}) {
  const trainer = await engine.training.createTrainer({
    network,
    weights: initializeRecurrent(network, 1),
    optimizer: SHOW_GRADIENT,
    clipNorm: 1e9,
    loss: 'cross-entropy',
    ...options,
  });
  trainers.push(trainer);
  return trainer;
}

afterEach(async () => {
  await Promise.all(trainers.splice(0).map((trainer) => trainer.release()));
});

const gradientOf = (state: Weights) =>
  [...state].filter(([name]) => name.startsWith('adam.m.')).flatMap(([, { data }]) => [...data]);

describe('the onnx trainer', () => {
  describe('on short batches of frames after larger ones', () => {
    const encoder: MobileNet = {
      architecture: 'mobilenet-v1',
      alpha: 0.1,
      inputSize: 96,
      pooling: { kind: 'global' },
    };
    const network: RecurrentNetwork = { ...lstm, inputs: featureCount(encoder), units: 3, classes: 3 };
    const weights = new Map([...initializeMobileNet(encoder, 1), ...initializeRecurrent(network, 1)]);
    const create = (loss: TrainerOptions['loss'] = 'cross-entropy') =>
      createTrainer(network, {
        loss,
        weights,
        encoder: { network: encoder, fromBlock: 0, framesPerMicroBatch: 9 },
      });
    const step = (lengths: readonly number[], learningRate = 0) => ({
      batch: frames(lengths, encoder.inputSize),
      targets: oneHot(
        lengths.map((_, index) => index % 3),
        3,
      ),
      learningRate,
      dropoutSeed: 1,
    });

    it.each([
      ['cross-entropy', [2, 1]],
      // The first sequence's only timestep is the place that is all zeros.
      ['cross-entropy', [1, 2]],
      ['squares', [2, 1]],
    ] as const)(
      'fills them up without a trace of it in the gradients of %s of lengths %o',
      async (loss, lengths) => {
        const alone = await create(loss);
        const expected = await alone.step(step(lengths));
        const afterLarger = await create(loss);
        await afterLarger.step(step([3, 2, 3]));
        const result = await afterLarger.step(step(lengths));
        expect(result.loss).toBeCloseTo(expected.loss, 6);
        expect(result.correct).toBe(expected.correct);
        const [ours, theirs] = [gradientOf(await afterLarger.state()), gradientOf(await alone.state())];
        const largest = Math.max(...theirs.map(Math.abs));
        ours.forEach((value, index) => {
          expect(Math.abs(value - theirs[index]!) / largest).toBeLessThan(1e-4);
        });
      },
    );

    it('goes on from a state between them to the same weights, to the bit', async () => {
      const whole = await create();
      await whole.step(step([3, 2, 3], 0.01));
      const between = await whole.state();
      await whole.step(step([2, 1], 0.01));
      const resumed = await create();
      await resumed.restore(between);
      await resumed.step(step([2, 1], 0.01));
      expect(await resumed.state()).toEqual(await whole.state());
    });
  });

  it('takes batches of any size and length without another memory for each step', async () => {
    const network: RecurrentNetwork = { ...lstm, inputs: 28, units: 128, classes: 10 };
    const trainer = await createTrainer(network);
    const run = async (steps: number) => {
      for (let index = 0; index < steps; index++) {
        const [batch, timesteps] = [1 + (index % 4), 1 + (index % 3)];
        await trainer.step({
          batch: {
            kind: 'features',
            data: new Float32Array(batch * timesteps * 28).fill(1),
            timesteps,
            lengths: new Int32Array(batch).fill(timesteps),
          },
          targets: oneHot(new Int32Array(batch), 10),
          learningRate: 1e-3,
          dropoutSeed: index,
        });
      }
      return process.memoryUsage().rss;
    };
    const before = await run(50);
    // Weights and moments take 1 MB: kept from step to step, they would make 400 MB.
    expect((await run(400)) - before).toBeLessThan(100e6);
  });

  it('refuses frames when it has no encoder', async () => {
    const trainer = await createTrainer({ ...lstm, inputs: 4, units: 2, classes: 2 });
    const batch = frames([1], 96);
    const step = { batch, targets: oneHot([0], 2), learningRate: 0, dropoutSeed: 0 };
    await expect(trainer.step(step)).rejects.toThrow('without an encoder');
  });
});

function frames(lengths: readonly number[], size: number): FrameBatch {
  const timesteps = Math.max(...lengths);
  const stream = random(1, 'frames', ...lengths);
  const length = lengths.length * timesteps * size * size * 3;
  const data = Uint8Array.from({ length }, () => stream.integer(0, 256));
  return { kind: 'frames', data, lengths: Int32Array.from(lengths), timesteps };
}
