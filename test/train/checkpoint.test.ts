import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Weights } from '../../src/tensors/tensor.js';
import {
  type Checkpoint,
  findCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../src/train/checkpoint.js';
import { freshProgress } from '../../src/train/fit.js';

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'clipstep-checkpoint-')), 'run.checkpoint');
});
afterEach(() => rm(join(path, '..'), { recursive: true }));

const weights = (...values: number[]): Weights =>
  new Map([['head.bias', { shape: [values.length], data: Float32Array.from(values) }]]);

const fingerprintOf = (epochs: number, ofFinetune: number) => ({
  pipeline: { name: 'p', training: { epochs }, finetune: [{ epochs: ofFinetune }] },
  dataset: 'd',
  engine: 'e',
  model: '',
});

const checkpoint: Checkpoint = {
  fingerprint: fingerprintOf(3, 9),
  newLengths: ['training.epochs: was 2, is 3'],
  progress: { ...freshProgress(1, []), epoch: 3, step: 7, epochLoss: 0.1 + 0.2, lowestCost: 1 / 3 },
  members: [weights(4, 5), weights(6, 7)],
  distilled: weights(8),
  start: weights(1, 2),
  trainer: weights(3),
  best: new Map(),
  carried: weights(0.5, -0.5),
};

describe('a checkpoint', () => {
  it('comes back as it was written, to the last bit', async () => {
    await writeCheckpoint(path, checkpoint);
    expect(await readCheckpoint(path)).toEqual(checkpoint);
  });

  it('is null where there is none', async () => {
    expect(await readCheckpoint(path)).toBeNull();
  });

  it('is gone on from to another length, but not of what is over', async () => {
    await writeCheckpoint(path, checkpoint);
    const find = (epochs: number, ofFinetune: number) =>
      findCheckpoint({ path, resume: true, fingerprint: fingerprintOf(epochs, ofFinetune) });
    expect(await find(3, 9)).toEqual(checkpoint);
    const newLengths = [...checkpoint.newLengths, 'finetune.0.epochs: was 9, is 20'];
    expect(await find(3, 20)).toEqual({ ...checkpoint, newLengths });
    await expect(find(4, 9)).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('training.epochs: was 3, is 4'),
    });
  });

  it('is refused when it was cut short', async () => {
    await writeCheckpoint(path, checkpoint);
    await writeFile(path, (await readFile(path)).subarray(0, -2));
    await expect(readCheckpoint(path)).rejects.toMatchObject({ code: 'bad_weights' });
  });

  it('does not replace a finite one with one that is not', async () => {
    await writeCheckpoint(path, checkpoint);
    const broken = { ...checkpoint, trainer: weights(Number.NaN) };
    await expect(writeCheckpoint(path, broken)).rejects.toMatchObject({ code: 'diverged' });
    expect(await readCheckpoint(path)).toEqual(checkpoint);
  });
});
