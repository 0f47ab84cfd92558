import { afterAll, describe, expect, it } from 'vitest';
import type { TrainerOptions } from '../../../../src/engine/engine.js';
import { createOnnxEngine } from '../../../../src/engine/onnx/onnx-engine.js';
import { SessionPool } from '../../../../src/engine/onnx/threads/session-pool.js';
import { type AdamState, emptyState, initialState } from '../../../../src/engine/onnx/training/adam-state.js';
import { updateFeeds } from '../../../../src/engine/onnx/training/adamw.js';
import { GradientArrays } from '../../../../src/engine/onnx/training/gradient-arrays.js';
import { totalElements } from '../../../../src/engine/onnx/training/parameter-layout.js';
import { shardsOf, stepInShards } from '../../../../src/engine/onnx/training/shards.js';
import { sessionsOf } from '../../../../src/engine/onnx/training/step-sessions.js';
import { type StepRequest, stepOnSequences } from '../../../../src/engine/onnx/training/steps.js';
import { trainedNetwork } from '../../../../src/engine/onnx/training/trained-network.js';
import type { FeatureBatch } from '../../../../src/inputs/batches.js';
import type { Loss } from '../../../../src/network/losses.js';
import type { RecurrentNetwork } from '../../../../src/network/recurrent.js';
import { recurrentParameters } from '../../../../src/network/recurrent-parameters.js';
import { random } from '../../../../src/random.js';
import { randomWeights, relativeDifference } from '../../../contracts/engine.js';

const CLASSES = 3;
const TIMESTEPS = 5;

const network: RecurrentNetwork = {
  cell: 'lstm',
  inputs: 4,
  units: 3,
  layers: 2,
  bidirectional: true,
  dropout: 0.5,
  readout: 'attention',
  classes: CLASSES,
};

const optionsOf = (changed: Partial<TrainerOptions> = {}): TrainerOptions => ({
  network,
  weights: randomWeights(recurrentParameters(changed.network ?? network)),
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 0.1 },
  clipNorm: 0.1,
  loss: 'cross-entropy',
  ...changed,
});

/** Sequences of 1 to TIMESTEPS timesteps. */
function batchOf(sequences: number): { batch: FeatureBatch; targets: Float32Array } {
  const stream = random(sequences, 'shards');
  const floats = (length: number) => Float32Array.from({ length }, () => stream.normal());
  const lengths = Int32Array.from({ length: sequences }, (_, row) => 1 + ((row * 3) % TIMESTEPS));
  return {
    batch: { kind: 'features', data: floats(sequences * TIMESTEPS * 4), lengths, timesteps: TIMESTEPS },
    targets: floats(sequences * CLASSES).map(Math.abs),
  };
}

const pool = new SessionPool({ threads: 2 });
afterAll(() => pool.release());

function requestOf(options: TrainerOptions, targets: Float32Array): StepRequest {
  const trained = trainedNetwork(options);
  const learningRate = 0.1;
  return {
    trained,
    ...sessionsOf(pool.elsewhere),
    gradients: new GradientArrays(totalElements(trained.parameters)),
    state: initialState(trained.parameters, options.weights),
    next: emptyState(trained.parameters),
    rows: [],
    targets,
    learningRate,
    dropoutSeed: 7,
    update: updateFeeds(options.optimizer, { step: 1, learningRate }),
  };
}

describe('a step in shards', () => {
  const cases: ReadonlyArray<[Loss, RecurrentNetwork['readout']]> = [
    ['cross-entropy', 'attention'],
    ['cross-entropy', 'hierarchical'],
    ['cross-entropy', 'last'],
    ['focal', 'pooled'],
    ['squares', 'mean'],
  ];
  it.each(cases)(
    'of %s with the readout %s comes to what one on the whole batch does',
    async (loss, readout) => {
      const { batch, targets } = batchOf(7);
      const options = optionsOf({ loss, network: { ...network, readout } });
      const whole = requestOf(options, targets);
      const expected = await stepOnSequences(whole, batch);
      const cut = requestOf(options, targets);
      const shards = [
        { start: 0, end: 2 },
        { start: 2, end: 3 },
        { start: 3, end: 7 },
      ];
      const result = await stepInShards(cut, { batch, shards });
      expect(Math.abs(result.loss / expected.loss - 1)).toBeLessThan(1e-6);
      expect(result.correct).toBe(expected.correct);
      for (const part of ['weights', 'firstMoment', 'secondMoment'] satisfies Array<keyof AdamState>) {
        expect(relativeDifference(cut.next[part].data, whole.next[part].data), part).toBeLessThan(1e-5);
      }
    },
  );
});

describe('the shards of a batch', () => {
  const count = (sequences: number, changed?: Partial<TrainerOptions>) =>
    shardsOf(trainedNetwork(optionsOf(changed)), batchOf(sequences).batch).length;

  it('are twice as many each time, of at least 64 sequences', () => {
    expect([1, 127, 128, 255, 256, 600, 5000].map((sequences) => count(sequences))).toEqual([
      1, 1, 2, 2, 4, 8, 8,
    ]);
  });

  it('are all of it, one after the other', () => {
    const shards = shardsOf(trainedNetwork(optionsOf()), batchOf(259).batch);
    expect(shards.map(({ start }) => start)).toEqual([0, 65, 130, 194]);
    expect(shards.map(({ end }) => end)).toEqual([65, 130, 194, 259]);
  });

  it('are one where sequences share more than weights, weights are many, or ops are few', () => {
    const upper = { cell: 'gru', units: 2, layers: 1, bidirectional: false, readout: 'last' } as const;
    expect(count(600, { network: { ...network, upper } })).toBe(1);
    expect(count(600, { network: { ...network, units: 300 } })).toBe(1);
    expect(count(600, { network: { ...network, layers: 0 } })).toBe(1);
    expect(count(600, { carriesStates: true })).toBe(1);
    expect(count(600, { loss: 'sparse-cross-entropy' })).toBe(1);
  });
});

it('a training in shards comes to the same weights, to the bit, on any number of threads', async () => {
  const { batch, targets } = batchOf(300);
  const states = [];
  for (const threads of [1, 2, 3]) {
    const engine = await createOnnxEngine({ threads });
    const trainer = await engine.training.createTrainer(optionsOf());
    for (const dropoutSeed of [1, 2, 3]) {
      await trainer.step({ batch, targets, learningRate: 0.1, dropoutSeed });
    }
    states.push(await trainer.state());
    await trainer.release();
  }
  expect(states[1]).toEqual(states[0]);
  expect(states[2]).toEqual(states[0]);
});
