import { afterAll, describe, expect, it } from 'vitest';
import type { TrainerOptions } from '../../../../src/engine/engine.js';
import { createOnnxEngine } from '../../../../src/engine/onnx/onnx-engine.js';
import { SessionPool } from '../../../../src/engine/onnx/threads/session-pool.js';
import { longestRun, TrainerSessions } from '../../../../src/engine/onnx/training/step-sessions.js';
import { trainedNetwork } from '../../../../src/engine/onnx/training/trained-network.js';
import type { FeatureBatch, FrameBatch } from '../../../../src/inputs/batches.js';
import type { RecurrentNetwork } from '../../../../src/network/recurrent.js';
import { recurrentParameters } from '../../../../src/network/recurrent-parameters.js';
import { randomWeights } from '../../../contracts/engine.js';

const network: RecurrentNetwork = {
  cell: 'lstm',
  inputs: 8,
  units: 64,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'last',
  classes: 2,
};
const options: TrainerOptions = {
  network,
  weights: randomWeights(recurrentParameters(network)),
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 0.1 },
  clipNorm: 1,
  loss: 'cross-entropy',
};
const trained = trainedNetwork(options);

const batchOf = (sequences: number, timesteps: number): FeatureBatch => ({
  kind: 'features',
  data: new Float32Array(sequences * timesteps * network.inputs).fill(0.5),
  lengths: new Int32Array(sequences).fill(timesteps),
  timesteps,
});
const short = batchOf(60, 10);
const long = batchOf(60, 4000);

describe('where a step computes', () => {
  const pool = new SessionPool({ threads: 2 });
  const sessions = new TrainerSessions(pool);
  afterAll(() => sessions.release());

  it('is the main thread where it is short, and another where it is long or has an encoder', () => {
    const frames = { ...short, kind: 'frames' } as unknown as FrameBatch;
    const [ofShort, ofLong] = [short, long].map((batch) => sessions.of(trained, batch));
    expect(ofLong).not.toBe(ofShort);
    expect(sessions.of(trained, batchOf(3, 10))).toBe(ofShort);
    expect(sessions.of(trained, frames)).toBe(ofLong);
  });

  it('goes by the longest of its shards', () => {
    expect(longestRun(trained, batchOf(64, 10))).toBeLessThan(longestRun(trained, batchOf(127, 10)));
    expect(longestRun(trained, batchOf(128, 10))).toBeLessThan(longestRun(trained, batchOf(127, 10)));
  });
});

it('a trainer takes short and long batches in turns', async () => {
  const engine = await createOnnxEngine({ threads: 2 });
  const trainer = await engine.training!.createTrainer(options);
  const losses: number[] = [];
  const targets = new Float32Array(120).fill(0.5).map((_, index) => (index + 1) % 2);
  for (const [dropoutSeed, batch] of [short, long, short, long, short].entries()) {
    losses.push((await trainer.step({ batch, targets, learningRate: 0.01, dropoutSeed })).loss);
  }
  await trainer.release();
  expect(losses[4]).toBeLessThan(losses[2]!);
  expect(losses[2]).toBeLessThan(losses[0]!);
  await expect(trainer.step({ batch: short, targets, learningRate: 0.01, dropoutSeed: 6 })).rejects.toThrow(
    'ended',
  );
});
