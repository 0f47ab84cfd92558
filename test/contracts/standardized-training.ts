import { beforeAll, describe, expect, it } from 'vitest';
import { mobileNetParameters } from '../../src/encoder/encoder-parameters.js';
import { featureCount, mobileNetBlocks } from '../../src/encoder/mobilenet.js';
import type { Engine, TrainerOptions, TrainingStep } from '../../src/engine/engine.js';
import { collate, type FeatureBatch } from '../../src/inputs/batches.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import { foldStandardization, type Standardization, standardize } from '../../src/network/standardize.js';
import { padFramesWith, randomFrameStep, v1 } from '../support/tiny-clips.js';
import { randomWeights, relativeDifference } from './engine.js';

const UNITS = 4;
const network: RecurrentNetwork = {
  cell: 'lstm',
  inputs: featureCount(v1),
  units: UNITS,
  layers: 1,
  bidirectional: true,
  dropout: 0,
  readout: 'mean',
  classes: 2,
};
const standardization: Standardization = {
  mean: Float32Array.from({ length: network.inputs }, (_, index) => Math.sin(index)),
  scale: Float32Array.from({ length: network.inputs }, (_, index) => 2 + Math.cos(index)),
};
const ofEncoder = randomWeights(mobileNetParameters(v1));
const ofRecurrent = randomWeights(recurrentParameters(network));

/** What every engine promises of training on features that it standardizes, be they those of an encoder. */
export function describeStandardizedTraining(name: string, create: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });

  /** Logits before a step, and the step's loss and gradient by all that is trained. */
  const run = async (options: Partial<TrainerOptions>, step: TrainingStep) => {
    const trainer = await engine.training.createTrainer({
      network,
      weights: new Map([...ofEncoder, ...ofRecurrent]),
      clipNorm: 1e9,
      loss: 'cross-entropy',
      // beta1 = 0 makes the first moment the gradient itself.
      optimizer: { beta1: 0, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      ...options,
    });
    const { logits } = await trainer.classify(step.batch);
    const result = await trainer.step(step);
    const state = await trainer.state();
    await trainer.release();
    return { logits, ...result, gradient: (parameter: string) => state.get(`adam.m.${parameter}`)!.data };
  };
  type Run = Awaited<ReturnType<typeof run>>;

  const expectAlike = (found: Run, expected: Run, parameters: Iterable<string>) => {
    expect(relativeDifference(found.logits, expected.logits)).toBeLessThan(1e-4);
    expect(Math.abs(found.loss / expected.loss - 1)).toBeLessThan(1e-5);
    expect(found.correct).toBe(expected.correct);
    for (const parameter of parameters) {
      const difference = relativeDifference(found.gradient(parameter), expected.gradient(parameter));
      expect(difference, parameter).toBeLessThan(1e-3);
    }
  };

  describe(`the ${name} engine's trainer, with a standardization`, () => {
    it('makes of features what it makes of standardized features', async () => {
      const step = await onFeatures(engine);
      const found = await run({ standardization }, step);
      const data = standardize(step.batch.data, standardization);
      const expected = await run({}, { ...step, batch: { ...step.batch, data } });
      expectAlike(found, expected, ofRecurrent.keys());
    });

    it.each([100, 2])('makes the same of a frozen encoder, in micro-batches of %i', async (frames) => {
      const fromBlock = mobileNetBlocks(v1).length;
      const encoder = { network: v1, fromBlock, framesPerMicroBatch: frames };
      const found = await run({ standardization, encoder }, randomFrameStep());
      expectAlike(found, await run({ standardization }, await onFeatures(engine)), ofRecurrent.keys());
    });

    it.each([100, 2])('carries gradients on to the encoder, in micro-batches of %i', async (frames) => {
      const encoder = { network: v1, fromBlock: 0, framesPerMicroBatch: frames };
      const step = randomFrameStep();
      const found = await run({ standardization, encoder }, step);
      const folded = new Map([...ofEncoder, ...foldStandardization(network, ofRecurrent, standardization)]);
      const expected = await run({ encoder, weights: folded }, step);
      // By the encoder's weights it is the same function; by those that it was folded into it is another.
      expectAlike(found, expected, ofEncoder.keys());
      const kernel = 'recurrent.0.forward.kernel';
      const difference = relativeDifference(found.gradient(kernel), expected.gradient(kernel));
      expect(difference).toBeGreaterThan(0.1);
    });

    it('never reads what lies after a sequence', async () => {
      const encoder = { network: v1, fromBlock: 0, framesPerMicroBatch: 100 };
      const step = randomFrameStep();
      const found = await run(
        { standardization, encoder },
        { ...step, batch: padFramesWith(255, step.batch) },
      );
      const expected = await run({ standardization, encoder }, step);
      for (const parameter of [...ofEncoder.keys(), ...ofRecurrent.keys()]) {
        expect(found.gradient(parameter)).toEqual(expected.gradient(parameter));
      }
    });
  });
}

/** randomFrameStep with the features of its frames in their place. */
async function onFeatures(engine: Engine): Promise<TrainingStep & { batch: FeatureBatch }> {
  const step = randomFrameStep();
  const { data, lengths, timesteps } = step.batch;
  const encoder = await engine.loadEncoder(v1, ofEncoder);
  const features = await encoder.encode(data);
  await encoder.release();
  const width = network.inputs;
  const batch = collate(
    Array.from(lengths, (length, row) => {
      const start = row * timesteps * width;
      return { kind: 'features', data: features.slice(start, start + length * width), timesteps: length };
    }),
  );
  if (batch.kind !== 'features') throw new Error('Features were collated into frames');
  return { ...step, batch };
}
