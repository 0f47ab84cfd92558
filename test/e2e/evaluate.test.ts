import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { freshCache } from '../support/cache.js';
import { clipstep } from '../support/cli.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';

let root: string;
let data: string;
let model: string;
let env: { CLIPSTEP_CACHE: string };
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-evaluate-'));
  data = join(root, 'data');
  model = join(root, 'model');
  env = await freshCache(join(root, 'cache'));
  await writeTinyDataset(data, 8);
  const trained = await clipstep(['train', await writeTinyPipeline(root), '--data', data, '--out', model], {
    env,
  });
  expect(trained.code).toBe(0);
});
afterAll(() => rm(root, { recursive: true }));

const evaluate = (...more: string[]) => clipstep(['evaluate', model, '--data', data, ...more], { env });
const figures = async (...more: string[]) => JSON.parse((await evaluate(...more, '--json')).stdout);

describe('clipstep evaluate', () => {
  it('gets the figures of the training on the test part', async () => {
    const { test } = JSON.parse(await readFile(join(model, 'metrics.json'), 'utf8'));
    expect((await figures()).evaluation).toEqual(test);
  });

  it('scores the part that is asked for', async () => {
    expect((await figures('--split', 'train')).evaluation.examples).toBe(8);
    expect((await figures('--split', 'validation')).evaluation.examples).toBe(4);
    expect((await figures('--split', 'all', '--top-k', '1')).evaluation.top.count).toBe(1);
  });

  it('tells people the same in tables and words', async () => {
    const { stdout, code } = await evaluate();
    expect(code).toBe(0);
    expect(stdout).toMatch(/Accuracy on 4 test examples: \d/);
    expect(stdout).toMatch(/true \\ predicted │ down │ up/);
    expect(stdout).toMatch(/network, timesteps shuffled/);
  });

  it('writes a page of them where it is told to', async () => {
    const page = join(root, 'page.html');
    const { stdout, code } = await evaluate('--report', page);
    expect(code).toBe(0);
    const [, accuracy] = /Accuracy on 4 test examples: (\S+ %)/.exec(stdout)!;
    const html = await readFile(page, 'utf8');
    expect(html).toContain(`Accuracy on 4 test examples: ${accuracy}`);
    expect(html.match(/data:image\/jpeg/g)).toHaveLength(4 * 3);
    const nowhere = await evaluate('--report', join(root, 'nowhere', 'page.html'));
    expect(nowhere.stderr).toMatch(/page\.html cannot be written/);
    expect(nowhere.code).toBe(1);
  });

  it('reports a clip that cannot be read', async () => {
    const torn = join(data, 'up', 'torn.mp4');
    await writeFile(torn, 'not a video');
    const { skipped, evaluation } = await figures('--split', 'all');
    await rm(torn);
    expect(skipped.map(({ path }: { path: string }) => path)).toEqual([torn]);
    expect(evaluation.examples).toBe(16);
  });

  it('keeps a temperature and a threshold, which classify goes by', async () => {
    const before = (await loadBundle(model)).manifest;
    const { temperature, minProbability, selection } = await figures('--target-precision', '0.01');
    expect(minProbability).toBeGreaterThan(0);
    expect(selection.minProbability).toBe(minProbability);
    const after = (await loadBundle(model)).manifest;
    expect(after).toEqual({ ...before, temperature, minProbability });
    const clip = join(data, 'up', 'clip0');
    const labelAt = async (...flags: string[]) => {
      const { stdout } = await clipstep(['classify', clip, '--model', model, '--json', ...flags], { env });
      return JSON.parse(stdout);
    };
    const sure = await labelAt('--min-probability', '0');
    const unsure = await labelAt('--min-probability', '1');
    expect(sure.label).toBe(sure.top[0].label);
    expect(unsure).toMatchObject({ label: 'unknown', top: sure.top, probability: sure.probability });
  });

  it('refuses classes that the model does not know', async () => {
    const other = join(root, 'other');
    await writeTinyDataset(other, 2);
    await rename(join(other, 'up'), join(other, 'sideways'));
    const result = await clipstep(['evaluate', model, '--data', other, '--split', 'all'], { env });
    expect(result.stderr).toMatch(/does not know: sideways\. It knows down, up/);
    expect(result.code).toBe(1);
  });

  it('says so when the data is not what the model was trained on', async () => {
    expect((await evaluate()).stderr).not.toMatch(/not the data/);
    const more = join(root, 'more');
    await writeTinyDataset(more, 9);
    const result = await clipstep(['evaluate', model, '--data', more], { env });
    expect(result.stderr).toMatch(/not the data that the model was trained on[\s\S]*--split all/);
  });

  it('asks for data that it cannot make', async () => {
    const result = await clipstep(['evaluate', model], { env });
    expect(result.stderr).toMatch(/--data/);
    expect(result.code).toBe(2);
  });
});
