import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FramesInput } from '../../../src/inputs/video/frames-schema.js';
import { readClip } from '../../../src/inputs/video/read-clip.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-read-'));
  for (const [index, level] of [10, 20, 40, 250].entries()) {
    const create = { width: 32, height: 32, channels: 3, background: { r: level, g: 0, b: 50 } } as const;
    await sharp({ create })
      .png()
      .toFile(join(folder, `f${index}.png`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const input: FramesInput = {
  kind: 'frames',
  sampling: { kind: 'uniform', frames: 4 },
  preprocessing: { size: 32, fit: 'squash', kernel: 'linear' },
  streams: [{ kind: 'frames' }],
  fusion: 'concatenate',
  encoder: { architecture: 'mobilenet-v1', alpha: 0.25, pooling: { kind: 'global' }, weights: 'scratch' },
};
const gap = { kind: 'frames', frames: 1 } as const;

/** The first pixel of each picture. */
const firstPixels = (pixels: Uint8Array) =>
  Array.from({ length: pixels.length / 3072 }, (_, index) => [
    ...pixels.subarray(index * 3072, index * 3072 + 3),
  ]);

describe('readClip', () => {
  const read = (...streams: FramesInput['streams']) =>
    readClip(folder, { input: { ...input, streams, gap }, sampling: input.sampling });

  it('gives the frames', async () => {
    const { pixels, timesteps } = await readClip(folder, { input, sampling: input.sampling });
    expect(timesteps).toBe(4);
    expect(firstPixels(pixels)).toEqual([
      [10, 0, 50],
      [20, 0, 50],
      [40, 0, 50],
      [250, 0, 50],
    ]);
  });

  it('gives their differences from later frames in their place, as often magnified', async () => {
    const { pixels, timesteps } = await read({ kind: 'difference', gain: 3 });
    expect(timesteps).toBe(4);
    expect(firstPixels(pixels)).toEqual([
      [30, 0, 0],
      [60, 0, 0],
      [255, 0, 0],
      [255, 0, 0],
    ]);
  });

  it('gives each frame and then its difference', async () => {
    const { pixels, timesteps } = await read({ kind: 'frames' }, { kind: 'difference', gain: 1 });
    expect(timesteps).toBe(4);
    expect(firstPixels(pixels).slice(0, 4)).toEqual([
      [10, 0, 50],
      [10, 0, 0],
      [20, 0, 50],
      [20, 0, 0],
    ]);
  });

  it('gives where everything goes: nowhere, in pictures without a pattern', async () => {
    const { pixels } = await read({ kind: 'flow', gain: 12 });
    expect(firstPixels(pixels)).toEqual(Array(4).fill([128, 128, 0]));
  });

  it('plays a clip backwards: what was later is then earlier', async () => {
    const { pixels, timesSeconds } = await readClip(folder, {
      input: { ...input, streams: [{ kind: 'frames' }, { kind: 'difference', gain: 1 }], gap },
      sampling: input.sampling,
      isReversed: true,
    });
    // Two pairs are the same: near its end a clip has none that is later.
    expect(firstPixels(pixels).map(([red]) => red)).toEqual([250, 210, 250, 210, 40, 20, 20, 10]);
    expect(timesSeconds).toEqual([2, 2, 1, 0]);
  });

  it('changes all frames alike, and before they are compared', async () => {
    const { pixels } = await readClip(folder, {
      input: { ...input, streams: [{ kind: 'frames' }, { kind: 'difference', gain: 1 }], gap },
      sampling: input.sampling,
      picture: { colour: { brightness: 0.5, contrast: 1, saturation: 1 } },
    });
    expect(firstPixels(pixels).map(([red]) => red)).toEqual([5, 5, 10, 10, 20, 105, 20, 105]);
  });

  it('sees what moves to the right move to the left in a mirror', async () => {
    const moving = join(folder, 'moving');
    await mkdir(moving);
    for (const [index, left] of [8, 10].entries()) {
      const create = { width: 32, height: 32, channels: 3, background: 'black' } as const;
      const square = await sharp({ create: { ...create, width: 12, height: 12, background: 'white' } })
        .png()
        .toBuffer();
      await sharp({ create })
        .composite([{ input: square, left, top: 10 }])
        .png()
        .toFile(join(moving, `f${index}.png`));
    }
    const reading = {
      input: { ...input, streams: [{ kind: 'flow', gain: 12 }], gap } satisfies FramesInput,
      sampling: { kind: 'uniform', frames: 1 },
    } as const;
    const redAt = ({ pixels }: { pixels: Uint8Array }, row: number, column: number) =>
      pixels[(row * 32 + column) * 3]!;
    const plain = await readClip(moving, reading);
    const mirrored = await readClip(moving, { ...reading, picture: { isMirrored: true } });
    expect(redAt(plain, 16, 9)).toBeGreaterThan(140);
    expect(redAt(mirrored, 16, 31 - 9)).toBeLessThan(116);
  });
});
