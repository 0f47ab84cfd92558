import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { type TrainOptions, type TrainResult, train } from '../../src/workflows/train.js';
import { freshCache } from '../support/cache.js';
import { saveTinyBundle } from '../support/tiny-bundle.js';
import { writeTinyDataset } from '../support/tiny-dataset.js';

let root: string;
let data: string;
let first: TrainResult;
let told: string[];
let runs = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-origin-'));
  Object.assign(process.env, await freshCache(join(root, 'cache')));
  data = join(root, 'data');
  await writeTinyDataset(data, 8);
  await saveTinyBundle(join(root, 'encoder'));
  await writeFile(join(root, 'tiny.yaml'), JSON.stringify(PIPELINE));
  first = await run({ pipeline: join(root, 'tiny.yaml') });
});
afterAll(() => rm(root, { recursive: true }));

const PIPELINE = {
  name: 'tiny',
  description: 'For tests.',
  input: {
    kind: 'frames',
    sampling: { kind: 'uniform', frames: 3 },
    preprocessing: { size: 96, fit: 'squash', kernel: 'linear' },
    encoder: { architecture: 'mobilenet-v1', alpha: 0.1, weights: 'encoder' },
  },
  recurrent: { cell: 'gru', units: 4, bidirectional: true },
  training: {
    train: 'recurrent',
    steps: 30,
    keep: 'last',
    standardize: true,
    batchSize: 4,
    learningRate: 0.05,
  },
  split: { validation: 0, test: 0.5 },
};

async function run(options: TrainOptions): Promise<TrainResult> {
  told = [];
  const onEvent: TrainOptions['onEvent'] = (event) => 'message' in event && told.push(event.message);
  return train({ data, out: join(root, `model-${runs++}`), engine: 'onnx', ...options, onEvent });
}

/** A step that moves nothing. */
const STILL = { 'training.steps': '1', 'training.learningRate': '1e-9' };

describe('a training that goes on from a model', () => {
  it('starts as the model ends, with its pipeline, though features are standardized anew', async () => {
    const again = await run({ from: first.folder, set: STILL });
    expect(told).toContain(`Goes on from ${first.folder}`);
    expect(again.predictions).toHaveLength(8);
    for (const [index, { example, probabilities }] of again.predictions.entries()) {
      const before = first.predictions[index]!;
      expect(example.id).toBe(before.example.id);
      expect(Math.abs(probabilities[0]! - before.probabilities[0]!)).toBeLessThan(1e-3);
    }
  });

  it('draws another head for other classes, and keeps the rest', async () => {
    const other = join(root, 'other');
    await writeTinyDataset(other, 8);
    await rename(join(other, 'down'), join(other, 'falling'));
    const { folder } = await run({ from: first.folder, data: other, set: STILL });
    expect(told).toContain(`Goes on from ${first.folder}, with a new head: the classes are others`);
    const [before, after] = await Promise.all([first.folder, folder].map((path) => loadBundle(path)));
    const change = (name: string) => {
      const [one, two] = [before, after].map((bundle) => bundle!.members[0]!.get(name)!.data);
      return Math.max(...one!.map((value, index) => Math.abs(value - two![index]!)));
    };
    expect(change('recurrent.0.forward.recurrent_kernel')).toBeLessThan(1e-6);
    expect(change('head.kernel')).toBeGreaterThan(0.01);
  });

  it('is refused where the networks are others', async () => {
    const set = { ...STILL, 'recurrent.units': '5' };
    await expect(run({ from: first.folder, set })).rejects.toMatchObject({
      code: 'bad_config',
      problem: expect.stringContaining('recurrent.0.forward.kernel is another'),
    });
    await expect(run({ from: first.folder, weights: 'motion' })).rejects.toMatchObject({ code: 'usage' });
  });
});
