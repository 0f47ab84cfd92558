import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { type Classified, classify } from '../../src/predict/classify.js';
import { saveTinyBundle, tinyPipeline } from '../support/tiny-bundle.js';
import { writeTinyDataset } from '../support/tiny-dataset.js';

let root: string;
let clip: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-classify-'));
  await writeTinyDataset(root, 1);
  clip = join(root, 'up', 'clip0');
});
afterAll(() => rm(root, { recursive: true }));

async function classifyWith(readout: 'last' | 'attention', seeds = [1]): Promise<Classified> {
  const pipeline = { ...tinyPipeline, recurrent: { ...tinyPipeline.recurrent, readout } };
  const folder = join(await mkdtemp(join(root, 'models-')), 'model');
  await saveTinyBundle(folder, { pipeline }, seeds);
  for await (const outcome of classify(await loadBundle(folder), [clip])) {
    if (outcome.kind === 'classified') return outcome;
  }
  throw new Error(`${clip} was not classified`);
}

describe('what a network attended to', () => {
  it('is told with the times of the frames', async () => {
    const { attention, timesSeconds, frames } = await classifyWith('attention');
    expect(frames).toBe(3);
    expect(attention).toHaveLength(3);
    expect(attention!.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    // An image sequence has one image a second.
    expect(timesSeconds).toEqual([0, 1, 2]);
  });

  it('is the mean over the networks of a model', async () => {
    const { attention: one } = await classifyWith('attention', [1]);
    const { attention: other } = await classifyWith('attention', [2]);
    const { attention: both } = await classifyWith('attention', [1, 2]);
    expect(one).not.toEqual(other);
    both!.forEach((weight, index) => {
      expect(weight).toBeCloseTo((one![index]! + other![index]!) / 2, 5);
    });
  });

  it('is not told of a network that does not attend', async () => {
    expect(Object.keys(await classifyWith('last'))).not.toContain('attention');
  });
});
