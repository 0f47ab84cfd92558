import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateStrokes } from '../../../src/datasets/mnist/strokes.js';
import { prepareDigit } from '../../../src/inputs/digits/digit-picture.js';
import { random } from '../../../src/random.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-digit-'));
});
afterAll(() => rm(folder, { recursive: true }));

const PIXELS = 28 * 28;
const { images } = generateStrokes({ count: 10, part: 'test', seed: 5 });
const originals = Array.from({ length: 10 }, (_, digit) =>
  images.slice(digit * PIXELS, (digit + 1) * PIXELS),
);

type Rgba = readonly [red: number, green: number, blue: number, opacity: number];
const WHITE: Rgba = [255, 255, 255, 255];
const BLACK: Rgba = [0, 0, 0, 255];

interface Look {
  readonly side: number;
  readonly ground: Rgba;
  readonly ink: Rgba;
  readonly format?: 'png' | 'jpeg';
  /** What is added to a pixel's colour, by its place from 0 to 1 across and down. */
  readonly disturb?: (x: number, y: number) => number;
  /** Pixels of ground around it: left, top, right, bottom. */
  readonly margin?: readonly [number, number, number, number];
}

/** A picture of an original, enlarged, in other colours. */
async function pictureOf(original: Uint8Array, look: Look): Promise<string> {
  const { side, ground, ink, format = 'png', disturb = () => 0, margin = [0, 0, 0, 0] } = look;
  const [left, top, right, bottom] = margin;
  const enlarged = await sharp(original, { raw: { width: 28, height: 28, channels: 1 } })
    .resize(side, side, { kernel: 'cubic' })
    .extend({ left, top, right, bottom, background: 'black' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const [width, height] = [side + left + right, side + top + bottom];
  const pixels = new Uint8ClampedArray(width * height * 4);
  enlarged.forEach((value, index) => {
    const added = disturb((index % width) / width, Math.floor(index / width) / height);
    for (let channel = 0; channel < 4; channel++) {
      const colour = ground[channel]! + (value / 255) * (ink[channel]! - ground[channel]!);
      pixels[index * 4 + channel] = channel < 3 ? colour + added : colour;
    }
  });
  const path = join(folder, `digit.${format}`);
  await sharp(pixels, { raw: { width, height, channels: 4 } })
    .toFormat(format)
    .toFile(path);
  return path;
}

/** Mean difference of two images in grey levels. Two different digits differ by some 50. */
function difference(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((sum, value, index) => sum + Math.abs(value - other[index]!), 0) / PIXELS;
}

/** Each original, as a picture of that look, must come back as itself. */
async function expectOriginalsBack(look: Look, meanDifference: number): Promise<void> {
  let sum = 0;
  for (const [digit, original] of originals.entries()) {
    const prepared = await prepareDigit(await pictureOf(original, look));
    const differences = originals.map((other) => difference(prepared, other));
    expect(differences.indexOf(Math.min(...differences))).toBe(digit);
    sum += differences[digit]!;
  }
  expect(sum / originals.length).toBeLessThan(meanDifference);
}

describe('prepareDigit', () => {
  it('gives back an image that is in the form of MNIST already', async () => {
    await expectOriginalsBack({ side: 28, ground: BLACK, ink: WHITE }, 1);
  });

  // Of 20 pixels, the digit itself has 14.
  it.each([
    [20, 16],
    [40, 12],
    [90, 12],
    [500, 12],
  ])('brings a picture of %d pixels to the same', async (side, meanDifference) => {
    await expectOriginalsBack({ side, ground: WHITE, ink: BLACK }, meanDifference);
  });

  it.each<[string, Rgba, Rgba]>([
    ['dark on light', [230, 225, 210, 255], [40, 40, 60, 255]],
    ['light on dark', [20, 30, 25, 255], [200, 210, 190, 255]],
    ['red on a green that is as light', [0, 128, 0, 255], [220, 0, 0, 255]],
    ['yellow on white', WHITE, [255, 255, 0, 255]],
    ['pale pencil on paper', [240, 240, 240, 255], [190, 190, 190, 255]],
    ['black on nothing', [0, 0, 0, 0], BLACK],
    ['white on nothing', [255, 255, 255, 0], WHITE],
  ])('does not mind colours: %s', async (_, ground, ink) => {
    await expectOriginalsBack({ side: 140, ground, ink }, 12);
  });

  it('does not mind where in the picture it is', async () => {
    const look = { side: 100, ground: WHITE, ink: BLACK, margin: [300, 10, 0, 150] } as const;
    await expectOriginalsBack(look, 12);
  });

  it('does not mind uneven light, noise and compression', async () => {
    const stream = random(1, 'noise');
    const disturb = (x: number, y: number) => 25 * x - 20 * y + 4 * stream.normal();
    await expectOriginalsBack(
      { side: 200, ground: [200, 200, 195, 255], ink: [50, 50, 60, 255], format: 'jpeg', disturb },
      14,
    );
  });

  it('does not mind dust far from the digit', async () => {
    const disturb = (x: number, y: number) => (Math.hypot(x - 0.95, y - 0.05) < 0.006 ? -255 : 0);
    await expectOriginalsBack({ side: 200, ground: WHITE, ink: BLACK, disturb }, 12);
  });

  it('gives a thin line its full ink', async () => {
    const line = (x: number) => (x > 0.5 && x < 0.507 ? -255 : 0);
    const look = {
      side: 600,
      ground: WHITE,
      ink: WHITE,
      disturb: (x: number, y: number) => (y > 0.2 && y < 0.8 ? line(x) : 0),
    };
    const prepared = await prepareDigit(await pictureOf(originals[1]!, look));
    expect(prepared.filter((value) => value > 200).length).toBeGreaterThanOrEqual(18);
  });

  it.each<[string, Rgba]>([
    ['white', WHITE],
    ['black', BLACK],
    ['nothing at all', [0, 0, 0, 0]],
  ])('says that a picture of %s shows no digit', async (_, ground) => {
    const path = await pictureOf(originals[3]!, { side: 50, ground, ink: ground });
    await expect(prepareDigit(path)).rejects.toMatchObject({
      code: 'empty',
      problem: expect.stringContaining(path),
    });
  });

  it('leaves to media what is no picture', async () => {
    const path = join(folder, 'digit.txt');
    await writeFile(path, 'seven');
    await expect(prepareDigit(path)).rejects.toMatchObject({ code: 'not_media' });
  });
});
