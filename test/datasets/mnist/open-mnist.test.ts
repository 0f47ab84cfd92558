import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FILE_NAMES } from '../../../src/datasets/mnist/files.js';
import { encodeIdx, type IdxArray } from '../../../src/datasets/mnist/idx.js';
import { openMnist } from '../../../src/datasets/mnist/open-mnist.js';
import { generateStrokes } from '../../../src/datasets/mnist/strokes.js';
import { type Mirror, startMirror } from '../../support/mirror.js';
import { sharedFolder } from '../../support/shared.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-mnist-'));
});
afterEach(() => rm(folder, { recursive: true }));

const train = generateStrokes({ count: 12, part: 'train', seed: 3 });
const test = generateStrokes({ count: 5, part: 'test', seed: 3 });
const arrays = {
  trainImages: { shape: [12, 28, 28], data: train.images },
  trainLabels: { shape: [12], data: train.labels },
  testImages: { shape: [5, 28, 28], data: test.images },
  testLabels: { shape: [5], data: test.labels },
};
type Part = keyof typeof arrays;
// Object.keys knows no more than that they are strings.
const parts = Object.keys(arrays) as Part[];

/** Writes the four files; a name that is null is left out. */
async function writeFolder({
  changes = {},
  nameOf = (part) => FILE_NAMES[part],
}: {
  changes?: Partial<Record<Part, IdxArray>>;
  nameOf?: (part: Part) => string | null;
} = {}): Promise<void> {
  for (const part of parts) {
    const name = nameOf(part);
    if (name === null) continue;
    const content = encodeIdx({ ...arrays[part], ...changes[part] });
    await writeFile(join(folder, name), name.endsWith('.gz') ? gzipSync(content) : content);
  }
}

describe('openMnist with a folder', () => {
  it.each<[string, (part: Part) => string]>([
    ['the usual ones', (part) => FILE_NAMES[part]],
    ['gzipped', (part) => `${FILE_NAMES[part]}.gz`],
    ['with a dot', (part) => FILE_NAMES[part].replace('-idx', '.idx')],
    ['with a dot, gzipped', (part) => `${FILE_NAMES[part].replace('-idx', '.idx')}.gz`],
  ])('reads four files whose names are %s', async (_, nameOf) => {
    await writeFolder({ nameOf });
    expect(await openMnist({ data: folder })).toMatchObject({ train, test, source: folder });
  });

  it('does not take for MNIST what only looks like it', async () => {
    await writeFolder();
    const { kind, name } = await openMnist({ data: folder });
    expect(kind).toBe('other');
    expect(name).toContain('not MNIST');
  });

  it('says which file is missing and what is there instead', async () => {
    await writeFolder({ nameOf: (part) => (part === 'testLabels' ? 'labels.txt' : FILE_NAMES[part]) });
    await expect(openMnist({ data: folder })).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringMatching(/has no t10k-labels-idx1-ubyte.* it holds .*labels\.txt/),
    });
  });

  it.each<[string, Partial<Record<Part, IdxArray>>, string]>([
    [
      'images of another size',
      { testImages: { shape: [5, 32, 32], data: new Uint8Array(5 * 32 * 32) } },
      't10k-images-idx3-ubyte holds an array of 5 x 32 x 32, expected images of 28 x 28 pixels',
    ],
    [
      'labels in the place of images',
      { trainImages: arrays.trainLabels },
      'holds an array of 12, expected images of 28 x 28, which have 3 dimensions',
    ],
    ['images in the place of labels', { trainLabels: arrays.trainImages }, 'expected labels, which have 1'],
    [
      'fewer labels than images',
      { trainLabels: { shape: [11], data: train.labels.slice(1) } },
      'train-labels-idx1-ubyte holds an array of 11, expected 12 labels, one for each image',
    ],
    [
      'a label that is no digit',
      { testLabels: { shape: [5], data: Uint8Array.of(0, 1, 2, 10, 4) } },
      't10k-labels-idx1-ubyte has the label 10 at index 3, expected 0 to 9',
    ],
    [
      'no images',
      {
        testImages: { shape: [0, 28, 28], data: new Uint8Array(0) },
        testLabels: { shape: [0], data: new Uint8Array(0) },
      },
      'holds an array of 0 x 28 x 28, expected at least one image',
    ],
  ])('refuses %s', async (_, changes, words) => {
    await writeFolder({ changes });
    const attempt = openMnist({ data: folder });
    await expect(attempt).rejects.toMatchObject({ code: 'bad_dataset' });
    await expect(attempt).rejects.toThrow(words);
  });

  it('names a file that is cut short', async () => {
    await writeFolder();
    const path = join(folder, FILE_NAMES.trainImages);
    await writeFile(path, (await readFile(path)).subarray(0, 1000));
    await expect(openMnist({ data: folder })).rejects.toThrow(`${path} is truncated`);
  });

  it('says that a folder is not there', async () => {
    const attempt = openMnist({ data: join(folder, 'absent') });
    await expect(attempt).rejects.toMatchObject({
      code: 'not_found',
      fix: expect.stringContaining('strokes'),
    });
  });
});

describe('openMnist without a folder', () => {
  const remoteFile = (part: Part) => {
    const content = encodeIdx(arrays[part]);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { name: FILE_NAMES[part], byteLength: content.length, sha256 };
  };
  const remoteFiles = {
    trainImages: remoteFile('trainImages'),
    trainLabels: remoteFile('trainLabels'),
    testImages: remoteFile('testImages'),
    testLabels: remoteFile('testLabels'),
  };
  let mirror: Mirror;
  let cacheBefore: string | undefined;

  beforeEach(async () => {
    cacheBefore = process.env.CLIPSTEP_CACHE;
    process.env.CLIPSTEP_CACHE = folder;
    mirror = await startMirror((name, response) => {
      const part = parts.find((each) => `${FILE_NAMES[each]}.gz` === name);
      if (part) response.end(gzipSync(encodeIdx(arrays[part])));
      else response.writeHead(404).end();
    });
  });
  afterEach(() => {
    mirror.close();
    if (cacheBefore === undefined) delete process.env.CLIPSTEP_CACHE;
    else process.env.CLIPSTEP_CACHE = cacheBefore;
  });

  it('downloads it into the cache, knows it by its digests, and opens it from there', async () => {
    const remote = { mirrors: [mirror.address], files: remoteFiles };
    const source = join(folder, 'datasets', 'mnist');
    const downloaded = { kind: 'mnist', name: 'MNIST', train, test, source };
    expect(await openMnist({ remote })).toEqual(downloaded);
    mirror.close();
    expect(await openMnist({ remote })).toEqual(downloaded);
    expect(mirror.requests).toHaveLength(4);
  });

  it('fetches a damaged file of the cache again', async () => {
    const remote = { mirrors: [mirror.address], files: remoteFiles };
    await mkdir(join(folder, 'datasets', 'mnist'), { recursive: true });
    await openMnist({ remote });
    await writeFile(join(folder, 'datasets', 'mnist', FILE_NAMES.testLabels), 'damaged');
    expect(await openMnist({ remote })).toMatchObject({ test });
    expect(mirror.requests.slice(4)).toEqual([`${FILE_NAMES.testLabels}.gz`]);
  });
});

describe('openMnist with strokes', () => {
  it('says plainly that they are not MNIST, and draws both parts', async () => {
    const strokes = await openMnist({ data: 'strokes' });
    expect(strokes).toMatchObject({ kind: 'strokes', name: expect.stringContaining('not MNIST') });
    expect(strokes.train.images).toHaveLength(strokes.train.labels.length * 28 * 28);
    expect(strokes.test.images).toHaveLength(strokes.test.labels.length * 28 * 28);
  });
});

describe.skipIf(!sharedFolder)('openMnist with the four original files', () => {
  it('knows them as MNIST', async () => {
    const { kind, train, test } = await openMnist({ data: join(sharedFolder!, 'datasets/mnist') });
    expect(kind).toBe('mnist');
    expect([train.labels.length, test.labels.length]).toEqual([60_000, 10_000]);
    // The first ten labels of each, as the set's own page shows them.
    expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });
});
