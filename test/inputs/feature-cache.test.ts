import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentDigest, openCache } from '../../src/inputs/feature-cache.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function onlyEntry(): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const [file] = names.filter((entry) => entry.isFile());
  return join(file!.parentPath, file!.name);
}

describe('a cache', () => {
  const compute = (value: number) => async () => Uint8Array.of(value);

  it('computes once what belongs to a key, also for another that opens the same folder', async () => {
    await openCache(folder).get({ clip: 'a' }, compute(1));
    expect(await openCache(folder).get({ clip: 'a' }, compute(2))).toEqual(Uint8Array.of(1));
    expect(await openCache(folder).get({ clip: 'b' }, compute(2))).toEqual(Uint8Array.of(2));
  });

  it.each([
    ['changed', (bytes: Buffer) => bytes.fill(7, bytes.length - 1)],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 20)],
    ['empty', () => Buffer.alloc(0)],
  ])('computes again when the entry is %s', async (_, damage) => {
    await openCache(folder).get('key', compute(1));
    const path = await onlyEntry();
    await writeFile(path, damage(await readFile(path)));
    expect(await openCache(folder).get('key', compute(2))).toEqual(Uint8Array.of(2));
    expect(await openCache(folder).get('key', compute(3))).toEqual(Uint8Array.of(2));
  });

  it('keeps nothing when computing fails', async () => {
    const cache = openCache(folder);
    await expect(cache.get('key', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await cache.get('key', compute(1))).toEqual(Uint8Array.of(1));
  });

  it('gives bytes that can be viewed as float32', async () => {
    const floats = Float32Array.of(1.5, -2);
    await openCache(folder).get('key', async () => new Uint8Array(floats.buffer));
    const bytes = await openCache(folder).get('key', compute(0));
    expect(new Float32Array(bytes.buffer, bytes.byteOffset, 2)).toEqual(floats);
  });
});

describe('contentDigest', () => {
  it('names a clip that has vanished', async () => {
    await expect(contentDigest('gone/clip.mp4')).rejects.toMatchObject({
      code: 'unreadable',
      problem: expect.stringMatching(/^gone\/clip\.mp4 cannot be read/),
    });
  });

  it('tells files and folders apart by what they hold, not by where they lie', async () => {
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'b'));
    for (const name of ['a', 'b']) await writeFile(join(folder, name, '1.png'), 'same');
    expect(await contentDigest(join(folder, 'a'))).toBe(await contentDigest(join(folder, 'b')));
    expect(await contentDigest(join(folder, 'a/1.png'))).toBe(await contentDigest(join(folder, 'b/1.png')));
    await writeFile(join(folder, 'b/notes.txt'), 'not a frame');
    expect(await contentDigest(join(folder, 'a'))).toBe(await contentDigest(join(folder, 'b')));
    await writeFile(join(folder, 'b/2.png'), 'more');
    expect(await contentDigest(join(folder, 'a'))).not.toBe(await contentDigest(join(folder, 'b')));
  });
});
