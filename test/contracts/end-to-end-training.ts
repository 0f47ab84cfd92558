import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { mobileNetParameters } from '../../src/encoder/encoder-parameters.js';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import { featureCount, type MobileNet, mobileNetBlocks } from '../../src/encoder/mobilenet.js';
import type { TrainedPart } from '../../src/encoder/trained-parameters.js';
import { FIRST_MOMENT, withoutPrefix } from '../../src/engine/adam-names.js';
import type { Engine, Trainer, TrainerOptions, TrainingStep } from '../../src/engine/engine.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import type { Tensor, Weights } from '../../src/tensors/tensor.js';
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

/** Outweighs second moments, so that a step at this learning rate subtracts the gradient; see train/optimizer.ts. */
const DESCENT = 1e8;

const descent = ({ weightDecay, pull = 0 }: { weightDecay: number; pull?: number }) => ({
  ...SHOW_GRADIENT,
  epsilon: DESCENT,
  weightDecay: weightDecay / DESCENT,
  pull: pull / DESCENT,
});

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
    readonly trains?: TrainedPart;
    readonly layerDecay?: number;
  }

  const withTrainer = async <T>(setting: Setting, use: (trainer: Trainer) => Promise<T>): Promise<T> => {
    const { encoder, fromBlock = 0, framesPerMicroBatch = 100, optimizer = SHOW_GRADIENT } = setting;
    const { trains, layerDecay } = setting;
    const weights = setting.weights ?? initialWeights(encoder);
    const trainer = await engine.training!.createTrainer({
      network: recurrentFor(encoder),
      weights,
      encoder: { network: encoder, fromBlock, framesPerMicroBatch, trains, layerDecay },
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
      return { ...result, gradients: gradientsOf(await trainer.state()) };
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

    it.each([{ trains: 'weights' }, { trains: 'scales' }] as const)(
      'goes on from a restored state to the same weights, to the bit, where it trains $trains',
      async ({ trains }) => {
        const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
        const setting = { encoder: v2, fromBlock: 3, optimizer, trains };
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
      },
    );

    it.each([
      { encoder: v1, fromBlock: 0, framesPerMicroBatch: 100 },
      { encoder: v2, fromBlock: 9, framesPerMicroBatch: 2 },
    ])(
      'moves blocks of $encoder.architecture less the farther they are from the recurrent network',
      async (given) => {
        const [layerDecay, decay, rate] = [0.9, 0.5, 0.1];
        const optimizer = descent({ weightDecay: decay });
        const before = initialWeights(given.encoder);
        const state = await withTrainer({ ...given, optimizer, layerDecay }, async (trainer) => {
          await trainer.step({ ...randomFrameStep(), learningRate: rate * DESCENT });
          return trainer.state();
        });
        const blocks = mobileNetBlocks(given.encoder);
        const distances = new Map(
          blocks.flatMap(({ layers }, index) =>
            parameterNames(layers).map((parameter) => [parameter, blocks.length - index] as const),
          ),
        );
        for (const [parameter, gradient] of gradientsOf(state)) {
          const ownRate = rate * layerDecay ** (distances.get(parameter) ?? 0);
          const ownDecay = parameter.endsWith('.bias') ? 0 : decay;
          const expected = before
            .get(parameter)!
            .data.map((weight, index) => weight - ownRate * (gradient[index]! + ownDecay * weight));
          expect(relativeDifference(state.get(parameter)!.data, expected), parameter).toBeLessThan(1e-6);
        }
      },
    );

    it.each([100, 2])(
      'pulls the encoder to what it was given, after a restored state, too, in parts of %d',
      async (framesPerMicroBatch) => {
        const [decay, pull, rate, layerDecay] = [0.5, 0.3, 0.1, 0.9];
        const optimizer = descent({ weightDecay: decay, pull });
        const start = initialWeights(v1);
        const setting = { encoder: v1, fromBlock: 13, framesPerMicroBatch, optimizer, layerDecay };
        const [before, after] = await withTrainer(setting, async (trainer) => {
          const doubled = [...start].map(([parameter, { shape, data }]): [string, Tensor] => [
            parameter,
            { shape, data: data.map((weight) => 2 * weight) },
          ]);
          await trainer.restore(new Map([...(await trainer.state()), ...doubled]));
          const restored = await trainer.state();
          await trainer.step({ ...randomFrameStep(), learningRate: rate * DESCENT });
          return [restored, await trainer.state()];
        });
        const ofEncoder = new Set(mobileNetParameters(v1).map(({ name: parameter }) => parameter));
        for (const [parameter, gradient] of gradientsOf(after!)) {
          const first = start.get(parameter)!.data;
          const expected = before!.get(parameter)!.data.map((weight, index) => {
            const back = pull * (weight - first[index]!);
            if (ofEncoder.has(parameter)) return weight - rate * layerDecay * (gradient[index]! + back);
            return weight - rate * (gradient[index]! + (parameter.endsWith('.bias') ? 0 : decay * weight));
          });
          expect(relativeDifference(after!.get(parameter)!.data, expected), parameter).toBeLessThan(1e-6);
        }
      },
    );

    it.each([
      { encoder: v1, fromBlock: 0, framesPerMicroBatch: 100 },
      { encoder: v2, fromBlock: 9, framesPerMicroBatch: 2 },
    ])(
      'trains scales of $encoder.architecture by what the chain rule makes of whole gradients',
      async (given) => {
        const whole = await differentiate(given);
        const { gradients } = await differentiate({ ...given, trains: 'scales' });
        expect(gradients.size).toBe(whole.gradients.size);
        for (const [parameter, gradient] of gradients) {
          const kernel = parameter.replace(/scale$/, 'kernel');
          const ofWhole = whole.gradients.get(kernel)!;
          const weights = initialWeights(given.encoder).get(kernel)!.data;
          const expected = parameter.endsWith('.scale')
            ? sumsOfChannels(
                ofWhole.map((value, index) => value * weights[index]!),
                gradient.length,
              )
            : ofWhole;
          expect(relativeDifference(gradient, expected), parameter).toBeLessThan(1e-3);
        }
      },
    );

    it('gives and classifies with kernels times their scales, which do not decay', async () => {
      const rate = 0.1;
      const setting = { encoder: v2, fromBlock: 1, optimizer: descent({ weightDecay: 0.5 }) };
      const { batch, ...step } = randomFrameStep();
      const before = initialWeights(v2);
      const { state, weights, logits } = await withTrainer(
        { ...setting, trains: 'scales' },
        async (trainer) => {
          await trainer.step({ ...step, batch, learningRate: rate * DESCENT });
          const { logits: found } = await trainer.classify(batch);
          return { state: await trainer.state(), weights: await trainer.weights(), logits: found };
        },
      );
      expect([...weights.keys()].toSorted()).toEqual([...before.keys()].toSorted());
      for (const { name: parameter } of mobileNetParameters(v2)) {
        const { shape, data } = before.get(parameter)!;
        const gradient = state.get(`adam.m.${parameter.replace(/kernel$/, 'scale')}`)?.data;
        const ofOne = data.length / shape[0]!;
        const expected = data.map((weight, index) => {
          const move = rate * (gradient?.[Math.floor(index / ofOne)] ?? 0);
          return parameter.endsWith('.kernel') ? weight * (1 - move) : weight - move;
        });
        expect(relativeDifference(weights.get(parameter)!.data, expected), parameter).toBeLessThan(1e-5);
      }
      const again = await withTrainer({ ...setting, weights }, (trainer) => trainer.classify(batch));
      expect(relativeDifference(logits, again.logits)).toBeLessThan(1e-5);
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

/** By beta1 = 0. */
const gradientsOf = (state: Weights): Map<string, Float32Array> =>
  new Map([...withoutPrefix(state, FIRST_MOMENT)].map(([parameter, { data }]) => [parameter, data]));

function sumsOfChannels(values: Float32Array, channels: number): Float32Array {
  const ofOne = values.length / channels;
  const sumOf = (channel: number) =>
    values.subarray(channel * ofOne, (channel + 1) * ofOne).reduce((sum, value) => sum + value, 0);
  return Float32Array.from({ length: channels }, (_, channel) => sumOf(channel));
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
