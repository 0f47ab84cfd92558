import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeImages } from '../../../src/media/images/write-images.js';

const SIZE = { width: 6, height: 4 };

/** Frames of one level each. */
const frames = (count: number) =>
  Array.from({ length: count }, (_, index) => new Uint8Array(6 * 4 * 3).fill(40 * index));

describe('writeImages', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'clipstep-images-'));
    folder = join(parent, 'clip');
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('writes PNGs that hold the very pixels, numbered from 1', async () => {
    await writeImages({ ...SIZE, folder, frames: frames(3), format: 'png' });
    expect((await readdir(folder)).sort()).toEqual(['0001.png', '0002.png', '0003.png']);
    const pixels = await sharp(join(folder, '0003.png')).raw().toBuffer();
    expect(new Uint8Array(pixels)).toEqual(frames(3)[2]);
  });

  it('writes JPEGs close to the pixels', async () => {
    await writeImages({ ...SIZE, folder, frames: frames(2), format: 'jpeg' });
    const { data, info } = await sharp(join(folder, '0002.jpg')).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([6, 4, 3]);
    for (const value of data) expect(Math.abs(value - 40)).toBeLessThanOrEqual(2);
  });

  it('leaves nothing behind when it is aborted between two frames', async () => {
    const abort = new AbortController();
    function* interrupted() {
      yield* frames(1);
      abort.abort();
      yield* frames(1);
    }
    const written = writeImages({
      ...SIZE,
      folder,
      frames: interrupted(),
      format: 'png',
      signal: abort.signal,
    });
    await expect(written).rejects.toMatchObject({ code: 'aborted' });
    expect(await readdir(parent)).toEqual([]);
  });

  it('leaves nothing behind when the frames fail', async () => {
    function* failing() {
      yield* frames(1);
      throw new Error('no more light');
    }
    const written = writeImages({ ...SIZE, folder, frames: failing(), format: 'jpeg' });
    await expect(written).rejects.toThrow('no more light');
    expect(await readdir(parent)).toEqual([]);
  });
});
