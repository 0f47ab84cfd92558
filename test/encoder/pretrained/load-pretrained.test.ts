import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cachedPretrained, loadPretrained } from '../../../src/encoder/pretrained/load-pretrained.js';
import { encodeSafetensors } from '../../../src/tensors/safetensors.js';
import type { Weights } from '../../../src/tensors/tensor.js';
import {
  buildGraphModel,
  type GraphModel,
  randomContent,
  writeGraphModel,
} from '../../support/graph-model.js';

const network = { architecture: 'mobilenet-v1', alpha: 0.25 } as const;
const content = randomContent(network.architecture, network.alpha);

let folder: string;
let modelFolder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-pretrained-'));
  modelFolder = await write('model', buildGraphModel(content));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, model: GraphModel): Promise<string> {
  await writeGraphModel(join(folder, name), model);
  return join(folder, name);
}

const load = (weights: string, cache: string) =>
  loadPretrained({ ...network, weights, cacheFolder: join(folder, cache) });

/** Stands for names, order, shapes and values; comparing a million values one by one takes seconds. */
const digest = (weights: Weights): string =>
  createHash('sha256').update(encodeSafetensors(weights)).digest('hex');

describe('pretrained weights', () => {
  it('are those of the model in the folder', async () => {
    const { weights, classifier, source } = await load(modelFolder, 'first');
    expect(digest(weights)).toBe(digest(content.weights));
    expect(classifier).toEqual(content.classifier);
    expect(source).toBe(modelFolder);
  });

  it('leave no tensor of TensorFlow.js behind', async () => {
    const before = memory().numTensors;
    await load(modelFolder, 'counted');
    expect(memory().numTensors).toBe(before);
  });

  it('of the hub are only to be had for published alphas', async () => {
    await expect(loadPretrained({ ...network, alpha: 0.3, weights: 'hub' })).rejects.toMatchObject({
      code: 'bad_config',
      problem: 'There is no pretrained mobilenet-v1 with alpha 0.3; there is 0.25, 0.5, 0.75, 1.',
    });
  });
});

describe('converted weights are kept', () => {
  it('as a file whose checksum is told and lies beside it', async () => {
    const { sha256 } = await load(modelFolder, 'kept');
    const [file, sidecar] = (await readdir(join(folder, 'kept'))).sort() as [string, string];
    const bytes = await readFile(join(folder, 'kept', file));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(await readFile(join(folder, 'kept', sidecar), 'utf8')).toBe(`${sha256}  ${file}\n`);
  });

  it('so that the hub is not asked again', async () => {
    const { sha256 } = await load(modelFolder, 'offline');
    for (const file of await readdir(join(folder, 'offline'))) {
      const asFromHub = file.replace(/-[0-9a-f]{16}\./, '-hub.');
      await rename(join(folder, 'offline', file), join(folder, 'offline', asFromHub));
    }
    const fromHub = await load('hub', 'offline');
    expect(fromHub.sha256).toBe(sha256);
    expect(digest(fromHub.weights)).toBe(digest(content.weights));
  });

  it('until the model in the folder is another', async () => {
    await load(modelFolder, 'changing');
    const changed = buildGraphModel(content);
    changed.model.format = 'another';
    await load(await write('changed', changed), 'changing');
    expect(await readdir(join(folder, 'changing'))).toHaveLength(4);
  });

  it.each(['.safetensors', '.sha256'])('and converted again when their %s file is damaged', async (end) => {
    const cache = `damaged${end}`;
    const { sha256 } = await load(modelFolder, cache);
    const file = (await readdir(join(folder, cache))).find((name) => name.endsWith(end))!;
    const path = join(folder, cache, file);
    const original = await readFile(path);
    await writeFile(
      path,
      original.map((byte, index) => (index === 20 ? byte ^ 1 : byte)),
    );
    const again = await load(modelFolder, cache);
    expect(again.sha256).toBe(sha256);
    expect(digest(again.weights)).toBe(digest(content.weights));
    expect(original.equals(await readFile(path))).toBe(true);
  });

  it('and listed by name, with where they are from', async () => {
    vi.stubEnv('CLIPSTEP_CACHE', join(folder, 'cache'));
    expect(await cachedPretrained()).toEqual([]);
    await loadPretrained({ ...network, weights: modelFolder });
    const { sourceDigest } = await load(modelFolder, 'cache');
    expect(await cachedPretrained()).toEqual([
      { name: `mobilenet-v1-0.25-${sourceDigest.slice(0, 16)}`, source: modelFolder, sourceDigest },
    ]);
    vi.unstubAllEnvs();
  });
});

describe('a folder that does not hold the model is refused', () => {
  const broken = (name: string) => write(name, buildGraphModel(content));

  it('when there is no model.json', async () => {
    await expect(load(folder, 'none')).rejects.toMatchObject({
      code: 'not_found',
      problem: expect.stringContaining('model.json'),
    });
  });

  it('when a file of weights is missing', async () => {
    const path = await broken('missing');
    await rm(join(path, 'second.bin'));
    await expect(load(path, 'none')).rejects.toMatchObject({
      code: 'not_found',
      problem: expect.stringContaining('second.bin'),
    });
  });

  it('when a file of weights was cut short', async () => {
    const path = await broken('short');
    await truncate(join(path, 'second.bin'), 500);
    await expect(load(path, 'none')).rejects.toMatchObject({
      code: 'bad_weights',
      problem: expect.stringMatching(/first\.bin with second\.bin of .* is cut short: 1501 bytes/),
    });
  });

  it('when model.json is not JSON, or that of something else', async () => {
    const path = await broken('json');
    for (const [text, words] of [
      ['{"format":', 'JSON'],
      ['{"modelTopology":{},"weightsManifest":1}', 'weightsManifest'],
    ] as const) {
      await writeFile(join(path, 'model.json'), text);
      await expect(load(path, 'none')).rejects.toMatchObject({
        code: 'bad_weights',
        problem: expect.stringContaining(words),
      });
    }
  });

  it('when a weight is not a finite number', async () => {
    const model = buildGraphModel(content);
    Buffer.from(model.bytes.buffer, model.bytes.byteOffset).writeFloatLE(Number.NaN, 8);
    await expect(load(await write('nan', model), 'none')).rejects.toMatchObject({
      code: 'bad_weights',
      problem: expect.stringContaining('NaN'),
    });
    await expect(readdir(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});
