import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import type { Sampling } from '../../../src/media/frame-schema.js';
import { type Frame, type FrameRequest, openClip } from '../../../src/media/frames.js';
import { locateClip } from '../../../src/media/locate.js';
import { random } from '../../../src/random.js';
import { runFfmpeg } from '../../support/numbered-clip.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

const uniform = (frames: number): Sampling => ({ kind: 'uniform', frames });

async function read(input: string, frames = 1, changes: Partial<FrameRequest> = {}): Promise<Frame[]> {
  const clip = await openClip(await locateClip(input), {
    sampling: uniform(frames),
    preprocessing: { size: 96, fit: 'squash', kernel: 'linear' },
    ...changes,
  });
  expect(clip.located.kind).toBe('images');
  const read: Frame[] = [];
  for await (const frame of clip.frames) read.push(frame);
  expect(read).toHaveLength(clip.frameCount);
  return read;
}

/** [red, green, blue] at a place given as parts of the side. */
const colorAt = (pixels: Uint8Array, x = 0.5, y = 0.5) => {
  const start = (Math.floor(y * 96) * 96 + Math.floor(x * 96)) * 3;
  return Array.from(pixels.subarray(start, start + 3));
};

const flat = (color: { r: number; g: number; b: number; alpha?: number }): Sharp =>
  sharp({
    create: { width: 24, height: 16, channels: color.alpha === undefined ? 3 : 4, background: color },
  });

const ORANGE = { r: 200, g: 100, b: 50 };

describe('an image of any kind is shown in 8-bit sRGB', () => {
  test.each<[name: string, image: () => Sharp, color: number[], tolerance: number]>([
    ['rgb.png', () => flat(ORANGE).png(), [200, 100, 50], 0],
    ['rgb.jpg', () => flat(ORANGE).jpeg({ quality: 100 }), [200, 100, 50], 3],
    ['rgb.webp', () => flat(ORANGE).webp({ lossless: true }), [200, 100, 50], 0],
    ['rgb.avif', () => flat(ORANGE).avif({ lossless: true }), [200, 100, 50], 3],
    ['rgb.tif', () => flat(ORANGE).tiff(), [200, 100, 50], 0],
    ['palette.png', () => flat(ORANGE).png({ palette: true }), [200, 100, 50], 2],
    ['palette.gif', () => flat(ORANGE).gif(), [200, 100, 50], 4],
    ['16-bit.png', () => flat(ORANGE).toColourspace('rgb16').png(), [200, 100, 50], 1],
    ['grey.png', () => flat({ r: 90, g: 90, b: 90 }).toColourspace('b-w').png(), [90, 90, 90], 1],
    ['grey-16.png', () => flat({ r: 90, g: 90, b: 90 }).toColourspace('grey16').png(), [90, 90, 90], 1],
    // A colour that both kinds of ink and light have, but for the rounding of the profile.
    ['cmyk.jpg', () => flat(ORANGE).toColourspace('cmyk').jpeg({ quality: 100 }), [200, 100, 50], 35],
    ['cmyk.tif', () => flat(ORANGE).toColourspace('cmyk').tiff(), [200, 100, 50], 35],
    // Half of it shines through on white; where nothing is there, white is.
    ['half.png', () => flat({ ...ORANGE, alpha: 0.5 }).png(), [227, 177, 152], 2],
    ['nothing.png', () => flat({ r: 0, g: 0, b: 0, alpha: 0 }).png(), [255, 255, 255], 0],
  ])('%s', async (name, image, color, tolerance) => {
    const path = join(folder, name);
    await image().toFile(path);
    const [frame] = await read(path);
    expect(frame!.pixels).toHaveLength(96 * 96 * 3);
    colorAt(frame!.pixels).forEach((level, channel) => {
      expect(Math.abs(level - color[channel]!)).toBeLessThanOrEqual(tolerance);
    });
  });
});

test('an image is turned upright by its EXIF orientation, and cropped after that', async () => {
  const path = join(folder, 'turned.jpg');
  // Stored 60 wide and 20 high, in thirds of red, green and blue; shown turned right, red on top.
  const thirds = ['red', 'lime', 'blue'].map((background) =>
    sharp({ create: { width: 20, height: 20, channels: 3, background } })
      .png()
      .toBuffer(),
  );
  await sharp(await Promise.all(thirds), { join: { across: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toFile(path);
  const [whole] = await read(path);
  const rows = [0.15, 0.5, 0.85].map((y) =>
    colorAt(whole!.pixels, 0.5, y).map((level) => Math.round(level / 255)),
  );
  expect(rows).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  const [middle] = await read(path, 1, { preprocessing: { size: 96, fit: 'resize', kernel: 'linear' } });
  const corners = [0.1, 0.9].map((y) =>
    colorAt(middle!.pixels, 0.5, y).map((level) => Math.round(level / 255)),
  );
  expect(corners).toEqual([
    [0, 1, 0],
    [0, 1, 0],
  ]);
});

describe('a folder of images', () => {
  const sequence = join(folder, 'sequence');
  const grey = async (name: string, level: number) =>
    flat({ r: level, g: level, b: level }).png().toFile(join(sequence, name));
  const prepared = (async () => {
    mkdirSync(sequence);
    // Written out of order; only counting puts f10 after f2.
    for (const number of [10, 2, 1, 11, 3]) await grey(`f${number}.png`, number * 10);
    writeFileSync(join(sequence, 'notes.txt'), 'not a frame');
    writeFileSync(join(sequence, '.hidden.png'), 'not a frame either');
  })();
  const levels = (frames: readonly Frame[]) => frames.map((frame) => colorAt(frame.pixels)[0]);

  test.each(['', 'f%d.png', '*.png', 'f?(1)[0-9].png'])(
    'is one clip in the order of its numbers: %s',
    async (name) => {
      await prepared;
      const frames = await read(join(sequence, name), 5);
      expect(levels(frames)).toEqual([10, 20, 30, 100, 110]);
      expect(frames.map((frame) => frame.timeSeconds)).toEqual([0, 1, 2, 3, 4]);
    },
  );

  test('is sampled in time as a video is, an image a second', async () => {
    await prepared;
    expect(levels(await read(sequence, 10))).toEqual([10, 10, 20, 20, 30, 30, 100, 100, 110, 110]);
    const part = { startSeconds: 1, endSeconds: 3 };
    expect(levels(await read(sequence, 2, part))).toEqual([20, 30]);
    const sampling: Sampling = { kind: 'fps', framesPerSecond: 0.5, maxFrames: 10 };
    expect(levels(await read(sequence, 0, { sampling }))).toEqual([10, 30, 110]);
    expect(levels(await read(sequence, 0, { sampling: { kind: 'keyframes', maxFrames: 2 } }))).toEqual([
      20, 100,
    ]);
  });

  test('gives repeated images memory of their own', async () => {
    await prepared;
    const frames = await read(sequence, 10);
    frames[0]!.pixels.fill(255);
    expect(levels(frames)[1]).toBe(10);
  });

  test('tells which of its images is broken', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    await flat(ORANGE).png().toFile(join(broken, '1.png'));
    const whole = readFileSync(join(broken, '1.png'));
    writeFileSync(join(broken, '2.png'), whole.subarray(0, whole.length - 20));
    await expect(read(broken, 2)).rejects.toMatchObject({
      code: 'corrupt',
      problem: expect.stringContaining('2.png'),
    });
    writeFileSync(join(broken, '2.png'), 'a text');
    await expect(read(broken, 2)).rejects.toMatchObject({
      code: 'not_media',
      problem: expect.stringContaining('2.png'),
    });
  });
});

describe('an animation', () => {
  const DELAYS = [100, 300, 100, 0, 500];
  const writeAnimation = async (path: string) => {
    const pages = await Promise.all(
      DELAYS.map((_, page) =>
        flat({ r: page * 50, g: page * 50, b: page * 50 })
          .png()
          .toBuffer(),
      ),
    );
    const animation = sharp(pages, { join: { animated: true } });
    await (path.endsWith('.gif')
      ? animation.gif({ delay: DELAYS })
      : animation.webp({ delay: DELAYS, lossless: true })
    ).toFile(path);
  };

  test.each(['anim.gif', 'anim.webp'])('has times of its own: %s', async (name) => {
    const path = join(folder, name);
    await writeAnimation(path);
    const clip = await openClip(await locateClip(path), {
      sampling: { kind: 'keyframes', maxFrames: 10 },
      preprocessing: { size: 96, fit: 'resize', kernel: 'linear' },
    });
    // No time at all means 100 ms, as in browsers.
    expect(clip.durationSeconds).toBeCloseTo(1.1, 6);
    const shown: Array<readonly [number, number]> = [];
    for await (const { timeSeconds, pixels } of clip.frames) shown.push([timeSeconds, colorAt(pixels)[0]!]);
    shown.forEach(([seconds, level], page) => {
      expect(seconds).toBeCloseTo([0, 0.1, 0.4, 0.5, 0.6][page]!, 6);
      expect(Math.abs(level - page * 50)).toBeLessThanOrEqual(4);
    });
    expect(shown).toHaveLength(5);
  });

  describe('in a GIF that is cut off', () => {
    const whole = (async () => {
      const path = join(folder, 'whole.gif');
      // Noise, so that its pictures have about as many bytes each.
      await runFfmpeg(['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=10:d=1,noise=alls=60:allf=t', path]);
      return readFileSync(path);
    })();
    const cut = async (end: number): Promise<string> => {
      const path = join(folder, 'cut.gif');
      writeFileSync(path, (await whole).subarray(0, end));
      return path;
    };

    test.each([0.3, 0.5, 0.6, 0.9])(
      'is corrupt, or its last picture is damaged where that is allowed: %s',
      async (share) => {
        const path = await cut((await whole).length * share);
        await expect(read(path, 3)).rejects.toMatchObject({
          code: 'corrupt',
          problem: expect.stringContaining(path),
        });
        const frames = await read(path, 3, { allowDamaged: true });
        expect(frames.map(({ isDamaged }) => isDamaged)).toEqual([false, false, true]);
        // What comes before is sound.
        expect(await read(path, 1, { endSeconds: 0.1 })).toMatchObject([{ isDamaged: false }]);
      },
    );

    test('is corrupt where its next picture is announced', async () => {
      const announcement = (await whole).lastIndexOf(Buffer.of(0x21, 0xf9, 4));
      await expect(read(await cut(announcement + 8))).rejects.toMatchObject({ code: 'corrupt' });
    });

    test('is sound but for the byte that ends it', async () => {
      const sampling: Sampling = { kind: 'keyframes', maxFrames: 20 };
      const { length } = await whole;
      const frames = await read(await cut(length), 0, { sampling });
      expect(frames).toHaveLength(10);
      expect(await read(await cut(length - 1), 0, { sampling })).toEqual(frames);
    });
  });
});

describe('an image that cannot be read', () => {
  const code = (name: string, content: Buffer | string) => {
    writeFileSync(join(folder, name), content);
    return read(join(folder, name)).then(
      () => 'read',
      (error: unknown) => (error as { code?: string }).code,
    );
  };

  test('has more pixels than are allowed', async () => {
    const large = await sharp({ create: { width: 10_000, height: 5_001, channels: 3, background: 'black' } })
      .png({ compressionLevel: 1 })
      .toBuffer();
    expect(await code('large.png', large)).toBe('too_large');
  });

  test('is cut off', async () => {
    const noise = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 7919) % 256));
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
        .toFormat(format)
        .toBuffer();
      expect(await code(`cut.${format}`, whole.subarray(0, Math.floor(whole.length / 2)))).toBe('corrupt');
    }
  });

  test('is empty, or a drawing that could name other files', async () => {
    expect(await code('empty.png', '')).toBe('empty');
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg"><image href="secret.png"/></svg>';
    expect(await code('drawing.svg', drawing)).toBe('not_media');
    expect(await code('drawing.png', drawing)).toBe('not_media');
  });

  test('is left alone after an abort or when its time is over', async () => {
    const path = join(folder, 'rgb.png');
    await flat(ORANGE).png().toFile(path);
    await expect(read(path, 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    const large = join(folder, 'slow.png');
    await sharp({ create: { width: 5000, height: 5000, channels: 3, background: 'gray' } })
      .png()
      .toFile(large);
    await expect(read(large, 1, { timeoutSeconds: 0.02 })).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('a picture whose damage a decoder conceals', () => {
  const stream = random(3, 'noise');
  const levels = Uint8Array.from({ length: 160 * 120 * 3 }, () => stream.integer(60, 180));
  const noisy = () => sharp(levels, { raw: { width: 160, height: 120, channels: 3 } });
  /** Some bytes of the coded data are lost. */
  const pierced = (content: Buffer): Buffer => {
    const start = Math.floor(content.length / 2);
    return Buffer.concat([content.subarray(0, start), content.subarray(start + 200)]);
  };

  const emptied = (content: Buffer): Buffer => {
    const start = Math.floor(content.length * 0.3);
    return Buffer.from(content).fill(0, start, start + 200);
  };

  test('is corrupt beside others that are read at the same time', async () => {
    const frames = join(folder, 'damaged-beside');
    mkdirSync(frames);
    const sound = await noisy().jpeg({ quality: 90, progressive: true }).toBuffer();
    writeFileSync(join(frames, 'sound.jpg'), sound);
    writeFileSync(join(frames, 'damaged.jpg'), emptied(sound));
    const names = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'sound.jpg' : 'damaged.jpg'));
    const outcomes = await Promise.allSettled(names.map((name) => read(join(frames, name))));
    expect(outcomes.map(({ status }) => status)).toEqual(
      names.map((name) => (name === 'sound.jpg' ? 'fulfilled' : 'rejected')),
    );
  });

  test.each([
    ['baseline', { quality: 90 }, pierced],
    ['progressive', { quality: 90, progressive: true }, emptied],
  ])('is corrupt, or shown where that is allowed: a JPEG, %s', async (name, options, damage) => {
    const frames = join(folder, `damaged-${name}`);
    mkdirSync(frames);
    const sound = await noisy().jpeg(options).toBuffer();
    writeFileSync(join(frames, '1.jpg'), sound);
    writeFileSync(join(frames, '2.jpg'), damage(sound));
    writeFileSync(join(frames, '3.jpg'), sound.subarray(0, sound.length / 2));
    writeFileSync(join(frames, '4.jpg'), sound);
    await expect(read(frames, 4)).rejects.toMatchObject({
      code: 'corrupt',
      problem: expect.stringContaining('2.jpg'),
    });
    const shown = await read(frames, 4, { allowDamaged: true });
    expect(shown.map(({ isDamaged }) => isDamaged)).toEqual([false, true, true, false]);
    expect(shown[2]!.pixels).not.toEqual(shown[0]!.pixels);
    expect(shown[3]!.pixels).toEqual(shown[0]!.pixels);
  });

  test('is not what some cameras leave out of their parameters', async () => {
    const path = join(folder, 'camera.jpg');
    const sound = await noisy().jpeg().toBuffer();
    writeFileSync(path, sound);
    const [expected] = await read(path);
    const scan = sound.indexOf(Buffer.from([0xff, 0xda]));
    // The last coefficient of the scan, 63 in a JPEG that is not progressive.
    const last = scan + 2 + sound.readUInt16BE(scan + 2) - 2;
    expect(sound[last]).toBe(63);
    const odd = Buffer.from(sound);
    odd[last] = 0;
    writeFileSync(path, odd);
    await expect(sharp(odd).raw().toBuffer()).rejects.toThrow(/Invalid SOS parameters/);
    expect(await read(path)).toEqual([expected]);
  });

  test.each(['png', 'webp', 'tiff', 'avif', 'gif'] as const)('is not shown as sound: %s', async (format) => {
    const path = join(folder, `pierced.${format}`);
    writeFileSync(path, pierced(await noisy().toFormat(format, FORMATS[format]).toBuffer()));
    await expect(read(path)).rejects.toMatchObject({ code: 'corrupt' });
  });
});

const FORMATS = { png: {}, webp: { quality: 90 }, tiff: { compression: 'lzw' }, avif: {}, gif: {} } as const;
