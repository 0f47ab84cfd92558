import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { readPipeline } from '../../src/pipeline/pipeline-file.js';
import { nearest } from '../../src/platform/nearest.js';
import { findShipped, shippedPath } from '../../src/platform/shipped.js';

let folder: string;
const start = process.cwd();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-shipped-'));
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(start);
  await rm(folder, { recursive: true });
});

describe('what ships is found by its name, wherever one is', () => {
  it('a model and a pipeline', async () => {
    const { folder: found, manifest } = await loadBundle('motion');
    expect(found).toBe(shippedPath('model', 'motion'));
    expect(manifest.pipeline.name).toBe('motion');
    expect((await readPipeline('surveillance')).name).toBe('surveillance');
  });

  it('but a path that exists wins', async () => {
    await mkdir('surveillance');
    await writeFile('surveillance/model.json', '{}');
    await writeFile('motion', 'name: own');
    expect(await findShipped('model', 'surveillance')).toBe('surveillance');
    expect(await findShipped('pipeline', 'motion')).toBe('motion');
  });

  it('and one at which something else stands is said to be ambiguous', async () => {
    await mkdir('mnist-rows');
    await expect(loadBundle('mnist-rows')).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('also something else here'),
      fix: expect.stringContaining(shippedPath('model', 'mnist-rows')),
    });
  });

  it('an unknown one gets the nearest and all there are', async () => {
    await expect(loadBundle('models/motoin')).rejects.toMatchObject({
      code: 'not_found',
      fix: expect.stringMatching(/^Did you mean motion\? .* one of mnist-rows, motion, .*imagenet\.$/),
    });
    await expect(readPipeline('survey.yaml')).rejects.toMatchObject({
      code: 'not_found',
      fix: expect.stringMatching(/^Give the path of a YAML file, or one of .*\bsurveillance-small/),
    });
  });
});

describe('the nearest word', () => {
  it.each([
    ['motoin', 'motion'],
    ['Motion', 'motion'],
    ['surv', 'surveillance'],
    ['epoch', 'epochs'],
    ['xylophone', undefined],
    ['', undefined],
  ])('to "%s" is %s', (word, expected) => {
    expect(nearest(word, ['epochs', 'motion', 'surveillance'])).toBe(expected);
  });
});
