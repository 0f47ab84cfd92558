import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FramesInput } from '../../src/inputs/video/frames-schema.js';
import { readClip } from '../../src/inputs/video/read-clip.js';
import { readIllustration } from '../../src/report/illustration.js';
import { tinyPipeline } from '../support/tiny-bundle.js';
import { writeTinyDataset } from '../support/tiny-dataset.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-film-'));
  await writeTinyDataset(root, 1);
});
afterAll(() => rm(root, { recursive: true }));

const input = tinyPipeline.input as FramesInput; // the tiny pipeline reads frames
const example = () => ({ id: 'up/clip0', path: join(root, 'up', 'clip0'), label: 1, group: 'up/clip0' });

async function readFilm(...given: Parameters<typeof readIllustration>) {
  const shown = await readIllustration(...given);
  if (shown?.kind === 'passage') throw new Error('A clip was shown as a text');
  return shown;
}

async function greyOf(jpeg: string): Promise<number> {
  const { channels } = await sharp(Buffer.from(jpeg, 'base64')).stats();
  return channels[0]!.mean;
}

describe('the film of a clip', () => {
  it('is the frames that the network reads, at their times', async () => {
    const film = await readFilm(example(), { input });
    const { pixels, timesSeconds } = await readClip(example().path, { input, sampling: input.sampling });
    expect(film!.timesSeconds).toEqual(timesSeconds);
    expect(film!.pictures).toHaveLength(3);
    for (const [index, picture] of film!.pictures.entries()) {
      expect(Math.abs((await greyOf(picture)) - pixels[(index * pixels.length) / 3]!)).toBeLessThan(3);
    }
  });

  it('is of the real frames where the network reads their differences', async () => {
    const gap = { kind: 'frames', frames: 1 } as const;
    const film = await readFilm(example(), {
      input: { ...input, gap, streams: [{ kind: 'difference', gain: 3 }] },
    });
    expect(await greyOf(film!.pictures[0]!)).toBeCloseTo(
      await greyOf((await readFilm(example(), { input }))!.pictures[0]!),
      0,
    );
  });

  it('has 16 pictures of a longer clip, spread over all of it', async () => {
    const sampling = { kind: 'uniform', frames: 48 } as const;
    const film = await readFilm(example(), { input: { ...input, sampling } });
    expect(film!.pictures).toHaveLength(16);
    expect(film!.timesSeconds).toHaveLength(48);
    const greys = await Promise.all(film!.pictures.map(greyOf));
    expect(new Set(greys.map(Math.round)).size).toBe(3);
  });

  it('is the picture of a digit', async () => {
    const image = new Uint8Array(28 * 28).fill(200);
    const film = await readFilm({ ...example(), image }, { input: { kind: 'rows' } });
    expect(film!.pictures).toHaveLength(1);
    expect(await greyOf(film!.pictures[0]!)).toBeCloseTo(200, -1);
  });

  it('is none of a clip that is gone', async () => {
    expect(await readFilm({ ...example(), path: join(root, 'gone.mp4') }, { input })).toBeNull();
  });
});
