import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Preprocessing } from '../../src/media/frame-schema.js';
import { openClip } from '../../src/media/frames.js';
import { resample } from '../../src/media/images/resample.js';
import { locateClip } from '../../src/media/locate.js';
import { inputRegion } from '../../src/media/preprocessing.js';
import { random } from '../../src/random.js';
import { describeWithEachFfmpeg } from '../support/ffmpeg.js';
import { runFfmpeg } from '../support/numbered-clip.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-preprocessing-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the part that is shown', () => {
  test.each([
    [1920, 1080, { left: 420, top: 0, width: 1080, height: 1080 }],
    [1080, 1920, { left: 0, top: 420, width: 1080, height: 1080 }],
    [60, 45, { left: 7, top: 0, width: 45, height: 45 }],
    [3, 5, { left: 0, top: 1, width: 3, height: 3 }],
    [1, 1, { left: 0, top: 0, width: 1, height: 1 }],
  ])('of %d x %d is the central square', (width, height, region) => {
    expect(inputRegion(width, height, 'resize')).toEqual(region);
  });

  test('is all when squashed', () => {
    expect(inputRegion(1920, 1080, 'squash')).toEqual({ left: 0, top: 0, width: 1920, height: 1080 });
  });
});

describe('resample', () => {
  const picture = (rows: readonly number[][]) => ({
    width: rows[0]!.length,
    height: rows.length,
    data: Uint8Array.from(rows.flat().flatMap((level) => [level, level, level])),
  });
  const reds = (pixels: Uint8Array) => Array.from(pixels).filter((_, index) => index % 3 === 0);

  test('leaves a picture of the right size as it is', () => {
    const same = picture([
      [1, 200, 3],
      [40, 50, 255],
      [0, 8, 9],
    ]);
    for (const kernel of ['linear', 'cubic', 'lanczos3'] as const) {
      expect(resample(same, { size: 3, kernel })).toEqual(same.data);
    }
  });

  test('takes pixels for areas: halving weighs four of them, doubling lies a quarter beside them', () => {
    const row = [0, 40, 80, 120];
    const halved = resample(picture([row, row, row, row]), { size: 2, kernel: 'linear' });
    // At 0.5 with weights 1/8, 3/8, 3/8, 1/8 on -1 to 2, where -1 is the edge.
    expect(reds(halved)).toEqual([25, 95, 25, 95]);
    const doubled = resample(
      picture([
        [0, 100],
        [0, 100],
      ]),
      { size: 4, kernel: 'linear' },
    );
    expect(reds(doubled).slice(0, 4)).toEqual([0, 25, 75, 100]);
  });

  test.each(['linear', 'cubic', 'lanczos3'] as const)('keeps a flat grey flat: %s', (kernel) => {
    const flat = picture(Array.from({ length: 7 }, () => Array.from({ length: 11 }, () => 77)));
    for (const size of [3, 7, 20]) expect(new Set(resample(flat, { size, kernel }))).toEqual(new Set([77]));
  });

  test('stays within the levels where a sharp kernel would overshoot', () => {
    const edge = picture(Array.from({ length: 8 }, () => [0, 0, 0, 0, 255, 255, 255, 255]));
    const enlarged = reds(resample(edge, { size: 32, kernel: 'lanczos3' })).slice(0, 32);
    expect(enlarged.slice(0, 12).every((level) => level < 30)).toBe(true);
    expect(enlarged.slice(20).every((level) => level > 225)).toBe(true);
  });
});

/** Sizes below and above the input's 112 pixels, odd ones, and one that grows one way and shrinks the other. */
const SIZES = [
  [60, 45],
  [301, 200],
  [90, 400],
] as const;

/** Blobs and noise: what a kernel would show differently if it were another. */
async function writePictures(name: string, [width, height]: readonly [number, number]): Promise<void> {
  mkdirSync(join(folder, name));
  for (let frame = 0; frame < 3; frame++) {
    const stream = random(frame, 'picture', name);
    const coarse = Uint8Array.from({ length: 12 * 9 * 3 }, () => stream.integer(0, 256));
    const noise = Uint8Array.from({ length: width * height * 3 }, () => stream.integer(0, 120));
    await sharp(coarse, { raw: { width: 12, height: 9, channels: 3 } })
      .resize(width, height, { fit: 'fill' })
      .composite([{ input: Buffer.from(noise), raw: { width, height, channels: 3 }, blend: 'add' }])
      .removeAlpha()
      .png()
      .toFile(join(folder, name, `${frame}.png`));
  }
}

beforeAll(async () => {
  for (const size of SIZES) {
    const name = size.join('x');
    await writePictures(name, size);
    const input = ['-framerate', '1', '-i', join(folder, name, '%d.png')];
    await runFfmpeg([...input, '-c:v', 'ffv1', '-pix_fmt', 'bgr0', join(folder, `${name}.mkv`)]);
  }
});

describeWithEachFfmpeg('a video and the images of its frames', () => {
  const cases = SIZES.flatMap((size) =>
    (['resize', 'squash'] as const).flatMap((fit) =>
      (['linear', 'cubic', 'lanczos3'] as const).map((kernel) => [size.join('x'), fit, kernel] as const),
    ),
  );

  test.each(cases)('look the same: %s, %s, %s', async (name, fit, kernel) => {
    const preprocessing: Preprocessing = { size: 112, fit, kernel };
    const [video, images] = await Promise.all(
      [`${name}.mkv`, name].map((input) => readAll(join(folder, input), preprocessing)),
    );
    const differences = video!.map((level, index) => Math.abs(level - images![index]!));
    const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
    expect(mean).toBeLessThan(0.1);
    // libswscale drops the smallest weights of its kernels.
    expect(differences.reduce((one, other) => Math.max(one, other))).toBeLessThanOrEqual(8);
  });
});

async function readAll(input: string, preprocessing: Preprocessing): Promise<number[]> {
  const levels: number[] = [];
  const clip = await openClip(await locateClip(input), {
    sampling: { kind: 'uniform', frames: 3 },
    preprocessing,
  });
  for await (const { pixels } of clip.frames) for (const level of pixels) levels.push(level);
  return levels;
}
