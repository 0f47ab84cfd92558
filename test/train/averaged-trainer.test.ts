import { afterEach, describe, expect, it } from 'vitest';
import type { Trainer, TrainerOptions, TrainingStep } from '../../src/engine/engine.js';
import { selectEngine } from '../../src/engine/select.js';
import { collate } from '../../src/inputs/batches.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import type { Weights } from '../../src/tensors/tensor.js';
import { averagedTrainer } from '../../src/train/averaged-trainer.js';

const { engine } = await selectEngine('onnx');
const DECAY = 0.8;

const network: RecurrentNetwork = {
  cell: 'gru',
  inputs: 2,
  units: 3,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'last',
  classes: 2,
};
const options: TrainerOptions = {
  network,
  weights: initializeRecurrent(network, 1),
  clipNorm: 1,
  loss: 'cross-entropy',
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
};
const batch = collate([{ kind: 'features', data: Float32Array.of(1, -1, 0.5, 2), timesteps: 2 }]);
const step = (number: number): TrainingStep => ({
  batch,
  targets: number % 3 === 0 ? Float32Array.of(1, 0) : Float32Array.of(0, 1),
  learningRate: 0.1,
  dropoutSeed: number,
});

const trainers: Trainer[] = [];
afterEach(async () => {
  await Promise.all(trainers.splice(0).map((trainer) => trainer.release()));
});

async function created(trainer: Promise<Trainer>): Promise<Trainer> {
  trainers.push(await trainer);
  return trainer;
}

const averaged = () => created(averagedTrainer(engine.training, options, DECAY));

/** What each of some steps leaves behind without an average. */
async function weightsAfterEach(steps: number): Promise<Weights[]> {
  const trainer = await created(engine.training.createTrainer(options));
  const all: Weights[] = [];
  for (let number = 1; number <= steps; number++) {
    await trainer.step(step(number));
    all.push(await trainer.weights());
  }
  return all;
}

describe('an averaged trainer', () => {
  it('gives the mean of the weights after its steps, in which each counts less with every later one', async () => {
    const steps = 4;
    const each = await weightsAfterEach(steps);
    const shares = each.map((_, index) => DECAY ** (steps - 1 - index));
    const total = shares.reduce((sum, share) => sum + share);
    const trainer = await averaged();
    for (let number = 1; number <= steps; number++) await trainer.step(step(number));
    const found = await trainer.weights();
    expect([...found.keys()]).toEqual([...each[0]!.keys()]);
    for (const [name, { data }] of found) {
      data.forEach((value, index) => {
        const sum = each.reduce((all, weights, at) => all + shares[at]! * weights.get(name)!.data[index]!, 0);
        expect(Math.abs(value - sum / total), name).toBeLessThan(1e-6);
      });
    }
  });

  it('begins with the weights that it was given, and has those of a first step alone', async () => {
    const trainer = await averaged();
    expect(await trainer.weights()).toEqual(options.weights);
    await trainer.step(step(1));
    expect(await trainer.weights()).toEqual((await weightsAfterEach(1))[0]);
  });

  it('answers with the mean, as it is after each step', async () => {
    const trainer = await averaged();
    for (const number of [1, 2]) {
      await trainer.step(step(number));
      const classifier = await engine.loadClassifier(network, await trainer.weights());
      const { logits } = await classifier.classify(batch);
      await classifier.release();
      expect((await trainer.classify(batch)).logits).toEqual(logits);
    }
  });

  it('goes on from a restored state to the same weights, to the bit', async () => {
    const whole = await averaged();
    for (const number of [1, 2]) await whole.step(step(number));
    const between = await whole.state();
    await whole.step(step(3));
    const resumed = await averaged();
    await resumed.classify(batch);
    await resumed.restore(between);
    await resumed.step(step(3));
    expect(await resumed.state()).toEqual(await whole.state());
    expect(await resumed.weights()).toEqual(await whole.weights());
    expect((await resumed.classify(batch)).logits).toEqual((await whole.classify(batch)).logits);
  });

  it('goes back to its beginning with a state of no steps', async () => {
    const trainer = await averaged();
    const beginning = await trainer.state();
    await trainer.step(step(1));
    await trainer.restore(beginning);
    expect(await trainer.weights()).toEqual(options.weights);
  });
});
