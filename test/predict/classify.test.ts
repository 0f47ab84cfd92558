import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify, openClassifier } from '../../src/predict/classify.js';
import type { Classified } from '../../src/predict/outcome.js';
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
  for await (const outcome of classify(folder, [clip])) {
    if (outcome.kind !== 'failed') return outcome;
  }
  throw new Error(`${clip} was not classified`);
}

describe('an answer', () => {
  const answers = async (labels: string[], minProbability: number) => {
    const folder = join(await mkdtemp(join(root, 'models-')), 'model');
    await saveTinyBundle(folder, { labels });
    const outcomes = [];
    for await (const outcome of classify(folder, [clip], { minProbability })) outcomes.push(outcome);
    return outcomes;
  };

  it('is a class, which may be called unknown', async () => {
    const [outcome] = await answers(['unknown', 'failed'], 0);
    expect(outcome).toMatchObject({ kind: 'class', input: clip });
    const { label, top } = outcome as Extract<Classified, { kind: 'class' }>; // as just expected
    expect(label).toBe(top[0]!.label);
    expect(top.map((ranked) => ranked.label).toSorted()).toEqual(['failed', 'unknown']);
  });

  it('is unknown with a reason and a score where no class is probable enough', async () => {
    const [outcome] = await answers(['unknown', 'class'], 1);
    const { probability } = outcome as Classified; // the next line tells
    expect(outcome).toMatchObject({ kind: 'unknown', reason: 'unsure', score: probability });
    expect(outcome).not.toHaveProperty('label');
  });
});

describe('a model that is open', () => {
  it('answers for several clips at once, on as many threads as asked for', async () => {
    const folder = join(await mkdtemp(join(root, 'models-')), 'model');
    await saveTinyBundle(folder);
    const classifier = await openClassifier(folder, { threads: 2 });
    const outcomes = await Promise.all([clip, clip, clip].map((path) => classifier.classify(path)));
    const absent = await classifier.classify(join(root, 'absent'));
    await classifier.release();
    const [first] = outcomes;
    expect(first).toMatchObject({ kind: 'class', engine: 'onnx' });
    for (const outcome of outcomes) {
      const { milliseconds, ...same } = first as Classified; // as just expected
      expect(outcome).toMatchObject(same);
    }
    expect(absent).toMatchObject({ kind: 'failed', error: { code: 'not_found' } });
    await expect(openClassifier(folder, { threads: 0 })).rejects.toMatchObject({ code: 'usage' });
  });

  it('tells what is wrong with a model instead of any result', async () => {
    await expect(openClassifier(join(root, 'none'))).rejects.toMatchObject({ code: 'not_found' });
    const folder = join(await mkdtemp(join(root, 'models-')), 'model');
    await saveTinyBundle(folder);
    await truncate(join(folder, 'weights.safetensors'), 1000);
    for (const input of [clip, join(root, 'absent')]) {
      const results = classify(folder, [input]);
      await expect(results.next()).rejects.toMatchObject({ code: 'bad_bundle' });
    }
  });
});

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

  it('is absent for a network that does not attend', async () => {
    expect((await classifyWith('last')).attention).toBe(undefined);
  });
});
