import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { freshCache } from '../support/cache.js';
import { type CliResult, clipstep } from '../support/cli.js';
import { trainingEngines } from '../support/engines.js';
import { saveTinyBundle, saveTinyRowsBundle, tinyPipeline } from '../support/tiny-bundle.js';
import { writeTinyDataset } from '../support/tiny-dataset.js';

const engines = await trainingEngines();

let root: string;
let data: string;
let model: string;
let quantized: string;
let made: CliResult;
let env: { CLIPSTEP_CACHE: string };
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-quantize-'));
  [data, model, quantized] = [join(root, 'data'), join(root, 'model'), join(root, 'int8')];
  env = await freshCache(join(root, 'cache'));
  await writeTinyDataset(data, 8);
  // Two members that share their encoder.
  await saveTinyBundle(model, {}, [1, 2]);
  made = await quantize(model, '--out', quantized);
});
afterAll(() => rm(root, { recursive: true }));

const quantize = (bundle: string, ...more: string[]) =>
  clipstep(['quantize', bundle, '--data', data, ...more], { env });
const classify = async (folder: string) => {
  const { stdout } = await clipstep(['classify', join(data, 'up/clip0'), '--json', '--model', folder], {
    env,
  });
  return JSON.parse(stdout);
};

describe('clipstep quantize', () => {
  it('writes a smaller model and says how it compares', async () => {
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/in int8, from 24 frames\nAccuracy on 4 test examples: .*in float32/);
    expect(made.stdout).toMatch(/probabilities differ by 0\.\d{3} on average and 0\.\d{3} at most/);
    const [before, after] = await Promise.all([loadBundle(model), loadBundle(quantized)]);
    expect(after.manifest.quantization).toEqual({ from: before.manifest.weights.sha256, frames: 24 });
    expect(after.manifest.test).toMatchObject({ examples: 4 });
    expect(after.manifest.weights.bytes).toBeLessThan(before.manifest.weights.bytes / 2);
    const card = await readFile(join(quantized, 'README.md'), 'utf8');
    expect(card).toContain(before.manifest.weights.sha256);
    expect(card).toMatch(/\| int8 \| [\d.]+ % .*\n\| float32 \| [\d.]+ %/);
  });

  it('writes a model that answers nearly as the other does', async () => {
    const [before, after] = [await classify(model), await classify(quantized)];
    expect(after.label).toBe(before.label);
    expect(after.probability).toBeCloseTo(before.probability, 1);
    expect(after.probability).not.toBe(before.probability);
  });

  it.skipIf(!engines.includes('tensorflow'))(
    'writes a model that the tensorflow engine refuses, while it computes the other',
    async () => {
      const withTensorflow = (folder: string) =>
        clipstep(['classify', join(data, 'up/clip0'), '--json', '--model', folder, '--engine', 'tensorflow']);
      const { code, stdout } = await withTensorflow(model);
      expect(code).toBe(0);
      const { engine, probability } = JSON.parse(stdout);
      expect(engine).toBe('tensorflow');
      expect(probability).toBeCloseTo((await classify(model)).probability, 4);
      const refused = await withTensorflow(quantized);
      expect(refused.stderr).toContain('no encoder in int8');
      expect(refused.code).toBe(2);
    },
  );

  it('refuses a model that is quantized already', async () => {
    const { code, stderr } = await quantize(quantized, '--out', join(root, 'twice'));
    expect(code).toBe(2);
    expect(stderr).toContain('is in int8 already');
  });

  it('refuses a model without an encoder', async () => {
    const rows = join(root, 'rows');
    await saveTinyRowsBundle(rows);
    const { code, stderr } = await quantize(rows, '--out', join(root, 'rows-int8'));
    expect(code).toBe(2);
    expect(stderr).toContain('has no encoder');
  });

  it('refuses a model whose encoder has only blocks that stay in float32', async () => {
    const short = join(root, 'short');
    const { input } = tinyPipeline;
    if (input.kind !== 'frames') throw new Error('The tiny network reads frames');
    const pipeline = { ...tinyPipeline, input: { ...input, encoder: { ...input.encoder, blocks: 3 } } };
    await saveTinyBundle(short, { pipeline });
    const { code, stderr } = await quantize(short, '--out', join(root, 'short-int8'));
    expect(code).toBe(2);
    expect(stderr).toContain('no more than its first blocks');
  });

  it('overwrites nothing', async () => {
    const { code, stderr } = await quantize(model, '--out', model);
    expect(code).toBe(2);
    expect(stderr).toContain('is not empty');
  });
});
