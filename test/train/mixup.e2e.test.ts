import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../src/workflows/train.js';
import { freshCache } from '../support/cache.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';

describe('a training with mixup', () => {
  let root: string;
  let pipeline: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'clipstep-mixup-'));
    Object.assign(process.env, await freshCache(join(root, 'cache')));
    await writeTinyDataset(join(root, 'data'), 4);
    pipeline = await writeTiny('mixed', 'mixup: 0.5');
  });
  afterAll(() => rm(root, { recursive: true }));

  const writeTiny = (name: string, setting: string) =>
    writeTinyPipeline(join(root, 'pipelines', name), {
      training: `{ train: everything, epochs: 2, batchSize: 4, learningRate: 0.01, ${setting} }`,
      split: '{ validation: 0, test: 0 }',
    });

  it('goes on after an interruption to the same weights, which are not those without', async () => {
    const run = (out: string, more: object = {}) =>
      train({ pipeline, data: join(root, 'data'), out: join(root, out), engine: 'onnx', ...more });
    const weights = (out: string) => readFile(join(root, out, 'weights.safetensors'));
    await run('whole');
    const interruption = new AbortController();
    const cut = run('cut', {
      signal: interruption.signal,
      onEvent: ({ kind }: { kind: string }) => kind === 'epoch' && interruption.abort(),
    });
    await expect(cut).rejects.toMatchObject({ code: 'aborted' });
    await run('cut', { resume: true });
    expect(await weights('cut')).toEqual(await weights('whole'));
    await run('plain', { pipeline: await writeTiny('plain', '') });
    expect(await weights('plain')).not.toEqual(await weights('whole'));
    expect(await readFile(join(root, 'whole', 'README.md'), 'utf8')).toContain('Beta(0.5, 0.5)');
  });
});
