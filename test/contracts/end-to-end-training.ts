import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { mobileNetParameters } from '../../src/encoder/encoder-parameters.js';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import { featureCount, type MobileNet, mobileNetBlocks } from '../../src/encoder/mobilenet.js';
import type { Engine, Trainer, TrainerOptions, TrainingStep } from '../../src/engine/engine.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import type { Weights } from '../../src/tensors/tensor.js';
import { lossReference, slope } from '../golden/loss-reference.js';
import { mobileNetReference } from '../golden/mobilenet-reference.js';
import {
  brightening,
  FRAME_BYTES,
  gridV2,
  LENGTHS,
  padFramesWith,
  randomFrameStep,
  v1,
  v2,
} from '../support/tiny-clips.js';
import { randomWeights, relativeDifference } from './engine.js';

/** beta1 = 0 makes the first moment the gradient itself, which is how a test gets to see it. */
const SHOW_GRADIENT = { beta1: 0, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** What every engine promises of training the encoder together with the recurrent network. */
export function describeEndToEndTraining(name: string, create: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });

  interface Setting {
    readonly encoder: MobileNet;
    readonly fromBlock?: number;
    readonly framesPerMicroBatch?: number;
    readonly weights?: Weights;
    readonly optimizer?: TrainerOptions['optimizer'];
    readonly clipNorm?: number;
  }

  const withTrainer = async <T>(setting: Setting, use: (trainer: Trainer) => Promise<T>): Promise<T> => {
    const { encoder, fromBlock = 0, framesPerMicroBatch = 100, optimizer = SHOW_GRADIENT } = setting;
    const weights = setting.weights ?? initialWeights(encoder);
    const trainer = await engine.training!.createTrainer({
      network: recurrentFor(encoder),
      weights,
      encoder: { network: encoder, fromBlock, framesPerMicroBatch },
      optimizer,
      clipNorm: setting.clipNorm ?? 1e9,
      loss: 'cross-entropy',
    });
    return use(trainer).finally(() => trainer.release());
  };

  /** The loss of one step and the gradient by all that is trained. */
  const differentiate = (setting: Setting, step: Partial<TrainingStep> = {}) =>
    withTrainer(setting, async (trainer) => {
      const result = await trainer.step({ ...randomFrameStep(), ...step });
      const state = [...(await trainer.state())].filter(([key]) => key.startsWith('adam.m.'));
      return { ...result, gradients: new Map(state.map(([key, { data }]) => [key.slice(7), data])) };
    });

  describe(`the ${name} engine's trainer, with the encoder`, () => {
    it.each([
      { encoder: v1, checked: /./ },
      // Each kind of block: the stem, without and with expansion, with residual, with stride, the last.
      { encoder: gridV2, checked: /^(stem|block[123]|last)\b/ },
    ])('differentiates $encoder.architecture, pooled by $encoder.pooling', async ({ encoder, checked }) => {
      const weights = initialWeights(encoder);
      const { loss, gradients } = await differentiate({ encoder });
      const reference = (changed: Weights) => endToEndReference(encoder, changed);
      expect(Math.abs(loss / reference(weights) - 1)).toBeLessThan(1e-5);
      for (const { name: parameter } of mobileNetParameters(encoder)) {
        if (!checked.test(parameter)) continue;
        const gradient = gradients.get(parameter)!;
        // The reference takes its time: the one element that matters most stands for its parameter.
        const index = largestIndex(gradient);
        // A step so small that no ReLU6 comes round its corner.
        const expected = slope(reference, { weights, name: parameter, index, step: 1e-6 });
        expect(Math.abs(gradient[index]! / expected - 1), parameter).toBeLessThan(1e-3);
      }
    });

    it.each([v1, v2])('comes to the same in micro-batches of $architecture', async (encoder) => {
      const whole = await differentiate({ encoder });
      const split = await differentiate({ encoder, framesPerMicroBatch: 2 });
      expect(Math.abs(split.loss / whole.loss - 1)).toBeLessThan(1e-5);
      expect(split.correct).toBe(whole.correct);
      for (const [parameter, gradient] of whole.gradients) {
        expect(relativeDifference(split.gradients.get(parameter)!, gradient), parameter).toBeLessThan(1e-3);
      }
    });

    it('never reads what lies after a sequence', async () => {
      const step = randomFrameStep();
      const expected = await differentiate({ encoder: v1 }, step);
      expect(await differentiate({ encoder: v1 }, { batch: padFramesWith(255, step.batch) })).toEqual(
        expected,
      );
    });

    it.each([v1, v2])('leaves the blocks of $architecture before fromBlock as they are', async (encoder) => {
      const fromBlock = 5;
      const blocks = mobileNetBlocks(encoder);
      const frozen = new Set(blocks.slice(0, fromBlock).flatMap((block) => parameterNames(block.layers)));
      const before = initialWeights(encoder);
      const after = await withTrainer({ encoder, fromBlock }, async (trainer) => {
        await trainer.step(randomFrameStep());
        return trainer.weights();
      });
      expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
      for (const [parameter, { data }] of after) {
        if (frozen.has(parameter)) expect(data).toEqual(before.get(parameter)!.data);
        else expect(data, parameter).not.toEqual(before.get(parameter)!.data);
      }
      const whole = await differentiate({ encoder });
      const part = await differentiate({ encoder, fromBlock, framesPerMicroBatch: 2 });
      expect([...part.gradients.keys()].filter((parameter) => frozen.has(parameter))).toEqual([]);
      for (const [parameter, gradient] of part.gradients) {
        expect(relativeDifference(gradient, whole.gradients.get(parameter)!), parameter).toBeLessThan(1e-3);
      }
    });

    it('trains the recurrent network alone after an encoder that is all frozen', async () => {
      const fromBlock = mobileNetBlocks(v1).length;
      for (const framesPerMicroBatch of [2, 100]) {
        const { gradients } = await differentiate({ encoder: v1, fromBlock, framesPerMicroBatch });
        const recurrent = recurrentParameters(recurrentFor(v1)).map((parameter) => parameter.name);
        expect([...gradients.keys()]).toEqual(recurrent);
      }
    });

    it('goes on from a restored state to the same weights, to the bit', async () => {
      const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
      const setting = { encoder: v2, fromBlock: 3, optimizer };
      const [state, expected] = await withTrainer(setting, async (trainer) => {
        await trainer.step(randomFrameStep(1));
        const halfway = await trainer.state();
        await trainer.step(randomFrameStep(2));
        return [halfway, await trainer.state()];
      });
      const other = { ...setting, weights: initialWeights(v2, 5) };
      const resumed = await withTrainer(other, async (trainer) => {
        await trainer.restore(state!);
        await trainer.step(randomFrameStep(2));
        return trainer.state();
      });
      expect(digests(resumed)).toEqual(digests(expected!));
    });

    it('classifies frames as the encoder and the classifier do one after the other', async () => {
      const weights = initialWeights(v1);
      const { batch } = randomFrameStep();
      const { logits } = await withTrainer({ encoder: v1, fromBlock: 2 }, (trainer) =>
        trainer.classify(batch),
      );
      const encoder = await engine.loadEncoder(v1, weights);
      const data = await encoder.encode(batch.data);
      const classifier = await engine.loadClassifier(recurrentFor(v1), weights);
      const { lengths, timesteps } = batch;
      const expected = await classifier.classify({ kind: 'features', data, lengths, timesteps });
      await Promise.all([encoder.release(), classifier.release()]);
      expect(relativeDifference(logits, expected.logits)).toBeLessThan(1e-5);
    });

    it('learns from the frames alone whether clips brighten or darken', async () => {
      const frames = brightening(0).batch.data;
      const encoder = await engine.training!.calibrate(v1, initializeMobileNet(v1, 1), frames);
      const weights = new Map([...encoder, ...initializeRecurrent(recurrentFor(v1), 1)]);
      const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
      const correct = await withTrainer({ encoder: v1, weights, optimizer, clipNorm: 1 }, async (trainer) => {
        for (let seed = 1; seed <= 40; seed++) {
          await trainer.step({ ...brightening(seed), learningRate: 1e-2 });
        }
        return (await trainer.step(brightening(1000))).correct;
      });
      expect(correct).toBeGreaterThanOrEqual(15);
    });
  });
}

function recurrentFor(encoder: MobileNet): RecurrentNetwork {
  return {
    cell: 'lstm',
    inputs: featureCount(encoder),
    units: 16,
    layers: 1,
    bidirectional: false,
    dropout: 0,
    readout: 'last',
    classes: 2,
  };
}

function initialWeights(encoder: MobileNet, seed = 1): Weights {
  const recurrent = initializeRecurrent(recurrentFor(encoder), seed);
  return new Map([...randomWeights(mobileNetParameters(encoder)), ...recurrent]);
}

function endToEndReference(encoder: MobileNet, weights: Weights): number {
  const { batch, targets, dropoutSeed } = randomFrameStep();
  const sequences = LENGTHS.map((length, row) =>
    Array.from({ length }, (_, time) => {
      const start = (row * batch.timesteps + time) * FRAME_BYTES;
      return mobileNetReference(encoder, weights, batch.data.subarray(start, start + FRAME_BYTES));
    }),
  );
  const network = recurrentFor(encoder);
  return lossReference({ network, sequences, loss: 'cross-entropy', targets, dropoutSeed }, weights);
}

/** Quicker to compare than the values, and as exact. */
const digests = (weights: Weights): Array<[string, string]> =>
  [...weights].map(([parameter, { data }]) => [parameter, createHash('sha256').update(data).digest('hex')]);

const parameterNames = (layers: ReadonlyArray<{ name: string }>): string[] =>
  layers.flatMap((layer) => [`${layer.name}.kernel`, `${layer.name}.bias`]);

function largestIndex(values: Float32Array): number {
  const sizes = values.map(Math.abs);
  return sizes.indexOf(Math.max(...sizes));
}
