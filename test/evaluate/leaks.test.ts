import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Example } from '../../src/datasets/dataset.js';
import { findLeaks } from '../../src/evaluate/leaks.js';
import { openCache } from '../../src/inputs/feature-cache.js';
import { random } from '../../src/random.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-leaks-'));
});
afterAll(() => rm(root, { recursive: true }));

const FRAMES = 4;

/** A folder of frames: soft spots that are drawn by the seed and move with time. */
async function writeClip(
  name: string,
  options: { seed: number; side?: number; quality?: number; grey?: boolean; backwards?: boolean },
) {
  const { seed, side = 160, quality = 95, grey = false, backwards = false } = options;
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (let frame = 0; frame < FRAMES; frame++) {
    const stream = random(seed, 'spots', frame);
    const spots = Buffer.from(
      Array.from({ length: 12 * 12 * 3 }, () => (grey ? 90 : stream.integer(0, 256))),
    );
    await sharp(spots, { raw: { width: 12, height: 12, channels: 3 } })
      .resize(side, side, { kernel: 'cubic' })
      .jpeg({ quality })
      .toFile(join(folder, `f${backwards ? FRAMES - 1 - frame : frame}.jpg`));
  }
}

const example = (name: string): Example => ({ id: name, path: join(root, name), label: 0, group: name });
const leaksOf = (train: string[], test: string[]) =>
  findLeaks(
    { train: train.map(example), validation: [], test: test.map(example) },
    { cache: openCache(join(root, 'cache')) },
  );

describe('findLeaks', () => {
  beforeAll(async () => {
    await writeClip('original', { seed: 1 });
    await writeClip('smaller', { seed: 1, side: 100, quality: 50 });
    await writeClip('other', { seed: 2 });
    await writeClip('grey', { seed: 3, grey: true });
    await writeClip('greyer', { seed: 4, grey: true, quality: 60 });
    await cp(join(root, 'original'), join(root, 'copy'), { recursive: true });
  });

  it('finds the same content under another name', async () => {
    expect(await leaksOf(['other', 'original'], ['copy'])).toEqual([
      { kind: 'content', ids: ['original', 'copy'], parts: ['train', 'test'] },
    ]);
  });

  it('finds a clip that was scaled and compressed again', async () => {
    expect(await leaksOf(['other', 'original'], ['smaller'])).toEqual([
      { kind: 'frames', ids: ['original', 'smaller'], parts: ['train', 'test'] },
    ]);
  });

  it('finds a part of a clip in a folder of its own', async () => {
    await cp(join(root, 'original'), join(root, 'part'), { recursive: true });
    await rm(join(root, 'part', 'f3.jpg'));
    expect(await leaksOf(['original'], ['part', 'other'])).toHaveLength(1);
  });

  it('finds a text that is in two parts letter for letter', async () => {
    const of = (id: string, text: string) => ({ id, path: 'names.csv', label: 0, group: id, text });
    const split = { train: [of('a', 'Abl'), of('b', 'Abel')], validation: [], test: [of('c', 'Abl')] };
    expect(await findLeaks(split, { cache: openCache(join(root, 'cache')) })).toEqual([
      { kind: 'content', ids: ['a', 'c'], parts: ['train', 'test'] },
    ]);
  });

  it('does not mind copies within one part', async () => {
    expect(await leaksOf(['original', 'copy', 'smaller'], ['other'])).toEqual([]);
  });

  it('finds what has two classes, in one part too', async () => {
    const of = (id: string, label: number) => ({ ...example('original'), id, label });
    const cache = openCache(join(root, 'cache'));
    const split = { train: [of('a', 0), of('b', 1), of('c', 1)], validation: [], test: [] };
    expect(await findLeaks(split, { cache })).toEqual([
      { kind: 'labels', ids: ['a', 'b'], parts: ['train', 'train'] },
    ]);
    const torn = { train: [of('a', 0)], validation: [], test: [of('b', 1)] };
    expect((await findLeaks(torn, { cache })).map(({ kind }) => kind)).toEqual(['content', 'labels']);
  });

  it('knows a clip that plays backwards under another class as no copy', async () => {
    await writeClip('backwards', { seed: 1, backwards: true });
    const split = (label: number) => ({
      train: [example('original')],
      validation: [],
      test: [{ ...example('backwards'), label }],
    });
    const kindsOf = async (label: number) =>
      (await findLeaks(split(label), { cache: openCache(join(root, 'cache')) })).map(({ kind }) => kind);
    expect(await kindsOf(1)).toEqual(['order']);
    expect(await kindsOf(0)).toEqual(['frames']);
  });

  it('lets a clip show one class first and another one later', async () => {
    const of = (id: string, label: number, startSeconds: number) => {
      return { ...example('original'), id, label, startSeconds, endSeconds: startSeconds + 1 };
    };
    const split = { train: [of('a', 0, 0), of('b', 1, 1)], validation: [], test: [] };
    expect(await findLeaks(split, { cache: openCache(join(root, 'cache')) })).toEqual([]);
  });

  it('does not take empty pictures for one another', async () => {
    expect(await leaksOf(['grey'], ['greyer'])).toEqual([]);
  });

  it('passes over what cannot be read', async () => {
    await writeFile(join(root, 'torn.mp4'), 'not a video');
    expect(await leaksOf(['torn.mp4', 'missing.mp4'], ['original'])).toEqual([]);
  });

  it('compares pictures that are at hand by their content', async () => {
    const digit = (id: string, value: number): Example => ({
      id,
      path: 'digits',
      label: 0,
      group: id,
      image: new Uint8Array(784).fill(value),
    });
    const split = { train: [digit('a', 1), digit('b', 2)], validation: [], test: [digit('c', 2)] };
    const leaks = await findLeaks(split, { cache: openCache(join(root, 'cache')) });
    expect(leaks).toEqual([{ kind: 'content', ids: ['b', 'c'], parts: ['train', 'test'] }]);
  });
});
