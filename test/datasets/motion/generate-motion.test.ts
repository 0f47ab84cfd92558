import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MOTION_LABELS } from '../../../src/datasets/motion/classes.js';
import { type GeneratedClip, generateMotion } from '../../../src/datasets/motion/generate-motion.js';
import { scanDataset } from '../../../src/datasets/scan-dataset.js';

const ONE_CLIP_EACH = { perClass: 1, seed: 8 };

/** Relative path and bytes of every file in a folder. */
async function contents(folder: string): Promise<Array<[string, Buffer]>> {
  const entries = await readdir(folder, { recursive: true });
  const files: Array<[string, Buffer]> = [];
  for (const name of entries.sort()) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) files.push([name, await readFile(path)]);
  }
  return files;
}

describe('generateMotion', () => {
  let parent: string;
  let clips: GeneratedClip[];
  const progress: Array<[number, number]> = [];

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'clipstep-motion-'));
    clips = await generateMotion({
      ...ONE_CLIP_EACH,
      folder: join(parent, 'first'),
      onClip: (done, total) => progress.push([done, total]),
    });
  });
  afterAll(() => rm(parent, { recursive: true }));

  it('writes clips that the dataset scan finds, one folder a class', async () => {
    const dataset = await scanDataset(join(parent, 'first'));
    expect(dataset.labels.toSorted()).toEqual(MOTION_LABELS.toSorted());
    expect(dataset.examples.map((example) => example.path).sort()).toEqual(
      clips.map(({ path }) => path).sort(),
    );
    expect(dataset.skipped).toEqual([]);
  });

  it('tells its progress', () => {
    expect(progress).toEqual(Array.from({ length: 8 }, (_, index) => [index + 1, 8]));
  });

  it('writes the same bytes again from the same seed', async () => {
    await generateMotion({ ...ONE_CLIP_EACH, folder: join(parent, 'again') });
    expect(await contents(join(parent, 'again'))).toEqual(await contents(join(parent, 'first')));
  });

  it('leaves nothing but the dataset behind', async () => {
    expect((await readdir(parent)).filter((name) => name.includes('unfinished'))).toEqual([]);
  });
});

describe('generateMotion refuses', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clipstep-motion-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('a folder that holds something, and leaves it as it was', async () => {
    await writeFile(join(folder, 'mine.txt'), 'precious');
    await expect(generateMotion({ ...ONE_CLIP_EACH, folder })).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('mine.txt'),
    });
    expect(await readFile(join(folder, 'mine.txt'), 'utf8')).toBe('precious');
  });

  it.each([
    { perClass: 0, seed: 1 },
    { perClass: 1.5, seed: 1 },
    { perClass: 1, seed: -1 },
  ])('$perClass clips from seed $seed', async (numbers) => {
    await expect(generateMotion({ ...numbers, folder })).rejects.toMatchObject({ code: 'usage' });
  });

  it('to go on when it is aborted, and leaves nothing behind', async () => {
    const abort = new AbortController();
    const options = { perClass: 5, seed: 1, folder: join(folder, 'out'), signal: abort.signal };
    await expect(generateMotion({ ...options, onClip: () => abort.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
