import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Trainer, TrainerOptions, TrainingStep } from '../../src/engine/engine.js';
import { collate, type FeatureBatch } from '../../src/inputs/batches.js';
import { CELLS } from '../../src/network/cells.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { READOUT_LAYOUTS, READOUTS } from '../../src/network/readouts.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import { random } from '../../src/random.js';
import { requireTensor, type Weights } from '../../src/tensors/tensor.js';
import { type LossCase, lossReference, slope } from '../golden/loss-reference.js';
import { oneHot } from '../support/one-hot.js';
import { padWith, randomWeights, relativeDifference, sequencesOf } from './engine.js';

/** Largest difference from the float64 reference, relative to the largest value. */
const TOLERANCE = 2e-4;

const FEATURES = 5;
const LENGTHS = [4, 1, 6, 3];
/** Three sequences that count differently, the last of which is to be two classes. */
const TARGETS = Float32Array.of(0.1, 0.1, 2.8, 0.9, 0.05, 0.05, 0, 0.5, 0, 0.7, 0, 0.3);

/** beta1 = 0 makes the first moment the gradient itself, which is how a test gets to see it. */
const SHOW_GRADIENT = { beta1: 0, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

const network: RecurrentNetwork = {
  cell: 'lstm',
  layers: 2,
  bidirectional: true,
  readout: 'attention',
  inputs: FEATURES,
  units: 3,
  dropout: 0,
  classes: 3,
};

/** What every engine promises of training a recurrent network on features. */
export function describeTraining(name: string, create: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });

  const withTrainer = async <T>(
    options: Partial<TrainerOptions>,
    use: (trainer: Trainer) => Promise<T>,
  ): Promise<T> => {
    const trained = options.network ?? network;
    const weights = randomWeights(recurrentParameters(trained));
    const defaults = {
      network,
      weights,
      optimizer: SHOW_GRADIENT,
      clipNorm: 1e9,
      loss: 'cross-entropy',
    } as const;
    const trainer = await engine.training!.createTrainer({ ...defaults, ...options });
    return use(trainer).finally(() => trainer.release());
  };

  /** The loss of one step and the gradient by every parameter. */
  const differentiate = (options: Partial<TrainerOptions>, step: Partial<TrainingStep> = {}) =>
    withTrainer(options, async (trainer) => {
      const result = await trainer.step({ ...randomStep(), ...step });
      return { ...result, gradients: partOf(await trainer.state(), 'adam.m.') };
    });

  describe(`the ${name} engine's trainer`, () => {
    it.each(networks)(
      'differentiates $cell, $layers layers, bidirectional: $bidirectional, readout $readout, dropout $dropout, upper level $upper',
      async (trained) => {
        const step = randomStep();
        const weights = randomWeights(recurrentParameters(trained));
        const { loss, gradients } = await differentiate({ network: trained }, step);
        const reference = (changed: Weights) => lossReference(lossCase(trained, step), changed);
        expect(Math.abs(loss / reference(weights) - 1)).toBeLessThan(1e-5);
        for (const [parameter, { data }] of gradients) {
          const expected = Array.from(data, (_, index) =>
            slope(reference, { weights, name: parameter, index, step: 1e-4 }),
          );
          expect(relativeDifference(data, expected), parameter).toBeLessThan(TOLERANCE);
        }
      },
    );

    it.each([
      ['squares of what the network gives less what it is to give', 'squares', 3],
      ['what it misses of each class, the less it is sure of it the more', 'focal', 0.5],
    ] as const)('differentiates %s', async (_what, name, height) => {
      const targets = Float32Array.from({ length: 12 }, (_, index) => height * (1 + Math.sin(index)));
      const step = { ...randomStep(), targets };
      const weights = randomWeights(recurrentParameters(network));
      const { loss, gradients } = await differentiate({ loss: name }, step);
      const reference = (changed: Weights) => lossReference(lossCase(network, step, name), changed);
      expect(Math.abs(loss / reference(weights) - 1)).toBeLessThan(1e-5);
      for (const [parameter, { data }] of gradients) {
        const expected = Array.from(data, (_, index) =>
          slope(reference, { weights, name: parameter, index, step: 1e-4 }),
        );
        expect(relativeDifference(data, expected), parameter).toBeLessThan(TOLERANCE);
      }
    });

    it('counts the sequences whose largest logit is where their largest target is', async () => {
      const step = randomStep();
      const logits = await withTrainer({}, async (trainer) => (await trainer.classify(step.batch)).logits);
      const labels = Int32Array.from(LENGTHS, (_, row) =>
        largestIndex(logits.subarray(3 * row, 3 * row + 3)),
      );
      expect((await differentiate({}, { targets: oneHot(labels, 3) })).correct).toBe(4);
      labels[1] = (labels[1]! + 1) % 3;
      const smoothed = oneHot(labels, 3).map((target) => 0.5 * target + 0.1);
      expect((await differentiate({}, { targets: smoothed })).correct).toBe(3);
    });

    it('updates as AdamW is written, sparing biases from decay', async () => {
      const optimizer = { beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.2 };
      await withTrainer({ optimizer }, async (trainer) => {
        let before = await trainer.state();
        for (const [index, learningRate] of [0.1, 0.05, 0.2].entries()) {
          await trainer.step({ ...randomStep(), learningRate });
          const after = await trainer.state();
          expect([...requireTensor(after, 'adam.step', [1]).data]).toEqual([index + 1]);
          for (const { name: parameter } of recurrentParameters(network)) {
            const expected = adamReference(parameter, { before, after, optimizer, learningRate });
            expect(relativeDifference(requireTensor(after, parameter).data, expected)).toBeLessThan(1e-5);
          }
          before = after;
        }
      });
    });

    it('bounds the norm of all gradients together, and leaves shorter ones as they are', async () => {
      const free = flatten((await differentiate({})).gradients);
      const norm = Math.hypot(...free);
      const clipped = flatten((await differentiate({ clipNorm: norm / 4 })).gradients);
      expect(
        relativeDifference(
          clipped,
          free.map((value) => value / 4),
        ),
      ).toBeLessThan(1e-5);
      expect(flatten((await differentiate({ clipNorm: norm * 4 })).gradients)).toEqual(free);
    });

    it('never reads what lies after a sequence', async () => {
      const step = randomStep();
      const expected = await differentiate({}, step);
      for (const content of [1e30, Number.NaN]) {
        expect(await differentiate({}, { batch: padWith(content, step.batch) })).toEqual(expected);
      }
    });

    it('drops nothing when it classifies', async () => {
      const weights = randomWeights(recurrentParameters(network));
      const { batch } = randomStep();
      const predictor = await engine.loadClassifier(network, weights);
      const { logits } = await predictor.classify(batch);
      await predictor.release();
      const dropping = { ...network, dropout: 0.5 };
      const own = await withTrainer({ network: dropping }, (trainer) => trainer.classify(batch));
      expect(relativeDifference(own.logits, logits)).toBeLessThan(1e-5);
    });

    it('goes on from a restored state to the same weights, to the bit', async () => {
      const options = { network: { ...network, dropout: 0.3 }, clipNorm: 1 };
      const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
      const [state, expected] = await withTrainer({ ...options, optimizer }, async (trainer) => {
        for (const seed of [1, 2]) await trainer.step(randomStep(seed));
        const halfway = await trainer.state();
        for (const seed of [3, 4]) await trainer.step(randomStep(seed));
        return [halfway, await trainer.state()];
      });
      const weights = initializeRecurrent(network, 99);
      const resumed = await withTrainer({ ...options, optimizer, weights }, async (trainer) => {
        await trainer.restore(state!);
        for (const seed of [3, 4]) await trainer.step(randomStep(seed));
        return trainer.state();
      });
      expect(resumed).toEqual(expected);
    });

    it('hands out copies and keeps none of what it was given', async () => {
      const weights = randomWeights(recurrentParameters(network));
      await withTrainer({ weights }, async (trainer) => {
        const state = await trainer.state();
        const given = flatten(state);
        for (const { data } of [...weights.values(), ...(await trainer.weights()).values()]) data.fill(7);
        expect(flatten(await trainer.state())).toEqual(given);
        await trainer.restore(state);
        for (const { data } of state.values()) data.fill(7);
        expect(flatten(await trainer.state())).toEqual(given);
      });
    });

    it.each(['lstm', 'gru'] as const)('teaches a %s what came first', async (cell) => {
      const student = {
        ...network,
        cell,
        layers: 1,
        bidirectional: false,
        readout: 'last',
        units: 8,
      } as const;
      const options = {
        network: { ...student, classes: 2 },
        weights: initializeRecurrent({ ...student, classes: 2 }, 1),
        optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      };
      const correct = await withTrainer(options, async (trainer) => {
        for (let seed = 0; seed < 150; seed++)
          await trainer.step({ ...whatCameFirst(seed), learningRate: 0.02 });
        return (await trainer.step(whatCameFirst(1000))).correct;
      });
      expect(correct).toBeGreaterThan(30);
    });

    it('lets the event loop turn between steps', async () => {
      await withTrainer({}, async (trainer) => {
        let turns = 0;
        const timer = setInterval(() => turns++, 0);
        for (let steps = 0; turns < 3; steps++) {
          expect(steps).toBeLessThan(1000);
          await trainer.step(randomStep());
        }
        clearInterval(timer);
      });
    });
  });
}

const networks: RecurrentNetwork[] = [
  ...CELLS.flatMap((cell) =>
    READOUTS.filter((readout) => !READOUT_LAYOUTS[readout].everyTimestep).map((readout) => ({
      ...network,
      cell,
      readout,
      segment: 2,
    })),
  ),
  ...([0, 0.5] as const).map((dropout) => ({
    ...network,
    dropout,
    segment: 2,
    upper: { cell: 'gru', units: 2, layers: 1, bidirectional: true, readout: 'pooled' } as const,
  })),
  { ...network, layers: 1, bidirectional: false, readout: 'last' },
  { ...network, cell: 'gru', layers: 1, bidirectional: false, readout: 'last' },
  { ...network, layers: 0, bidirectional: true, readout: 'mean' },
  { ...network, layers: 0, readout: 'attention', dropout: 0.5 },
  // At this rate what stays is doubled, which float32 weights are without rounding.
  { ...network, dropout: 0.5 },
  { ...network, cell: 'gru', dropout: 0.5 },
];

function randomStep(seed = 1): TrainingStep & { batch: FeatureBatch } {
  const stream = random(seed, 'features');
  const batch = collate(
    LENGTHS.map((timesteps) => {
      const data = Float32Array.from({ length: timesteps * FEATURES }, () => stream.normal());
      return { kind: 'features', data, timesteps };
    }),
  );
  return { batch, targets: TARGETS, learningRate: 0.01, dropoutSeed: seed };
}

/** Two pulses on the first two features; the class is which of them came first. */
function whatCameFirst(seed: number): TrainingStep & { batch: FeatureBatch } {
  const stream = random(seed, 'pulses');
  const labels = Int32Array.from({ length: 32 }, () => stream.integer(0, 2));
  const batch = collate(
    Array.from(labels, (label) => {
      const timesteps = stream.integer(4, 9);
      const data = Float32Array.from({ length: timesteps * FEATURES }, () => 0.1 * stream.normal());
      const first = stream.integer(0, timesteps - 1);
      const second = stream.integer(first + 1, timesteps);
      data[first * FEATURES + label] = 1;
      data[second * FEATURES + 1 - label] = 1;
      return { kind: 'features', data, timesteps };
    }),
  );
  return { batch, targets: oneHot(labels, 2), learningRate: 0, dropoutSeed: seed };
}

function lossCase(
  trained: RecurrentNetwork,
  step: TrainingStep & { batch: FeatureBatch },
  loss: LossCase['loss'] = 'cross-entropy',
): LossCase {
  const { targets, dropoutSeed } = step;
  return { network: trained, sequences: sequencesOf(step.batch), loss, targets, dropoutSeed };
}

/** Loshchilov and Hutter 2019, algorithm 2; the gradient is read off the first moment's own change. */
function adamReference(
  parameter: string,
  {
    before,
    after,
    optimizer,
    learningRate,
  }: { before: Weights; after: Weights; optimizer: TrainerOptions['optimizer']; learningRate: number },
): number[] {
  const { beta1, beta2, epsilon, weightDecay } = optimizer;
  const step = requireTensor(after, 'adam.step').data[0]!;
  const values = (state: Weights, prefix: string) => requireTensor(state, `${prefix}${parameter}`).data;
  const decay = parameter.endsWith('.bias') ? 0 : weightDecay;
  return Array.from(values(before, ''), (weight, index) => {
    const moment = values(after, 'adam.m.')[index]!;
    const gradient = (moment - beta1 * values(before, 'adam.m.')[index]!) / (1 - beta1);
    const second = beta2 * values(before, 'adam.v.')[index]! + (1 - beta2) * gradient ** 2;
    const mean = moment / (1 - beta1 ** step);
    const deviation = Math.sqrt(second / (1 - beta2 ** step));
    return weight - learningRate * (mean / (deviation + epsilon) + decay * weight);
  });
}

function partOf(state: Weights, prefix: string): Weights {
  const part = [...state].filter(([name]) => name.startsWith(prefix));
  return new Map(part.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

const flatten = (weights: Weights): number[] => [...weights.values()].flatMap(({ data }) => [...data]);

const largestIndex = (values: Float32Array): number => values.indexOf(Math.max(...values));
