import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sampling } from '../../../src/media/frame-schema.js';
import { openClip } from '../../../src/media/frames.js';
import { locateClip } from '../../../src/media/locate.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { readNumber, runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import {
  H264,
  numbersOf,
  read,
  request,
  timesOf,
  uniform,
  writeFormats,
} from '../../support/video-formats.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-video-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() =>
  writeFormats(folder, ['h264.mp4', 'fragments.mp4', 'vp9.webm', 'mpeg4.avi', 'long.mp4', 'long.ts']),
);

describeWithEachFfmpeg('a video', () => {
  test.each(['h264.mp4', 'vp9.webm', 'mpeg4.avi'])('%s: each frame comes with its partner', async (name) => {
    const pairGap = { kind: 'frames', frames: 2 } as const;
    const frames = await read(join(folder, name), request(uniform(8), { pairGap }));
    expect(numbersOf(frames)).toEqual([2, 7, 12, 17, 22, 27, 32, 37]);
    expect(frames.map(({ partner }) => readNumber(partner!))).toEqual([4, 9, 14, 19, 24, 29, 34, 39]);
  });

  test('gives its keyframes', async () => {
    const sampling: Sampling = { kind: 'keyframes', maxFrames: 10 };
    const frames = await read(join(folder, 'h264.mp4'), request(sampling));
    expect(numbersOf(frames)).toEqual([0, 12, 24, 36]);
    expect(timesOf(frames)).toEqual([0, 0.48, 0.96, 1.44]);
  });

  test('gives a random frame of each span', async () => {
    const path = join(folder, 'h264.mp4');
    const drawings = await Promise.all(
      [1, 1, 2].map(async (seed) =>
        numbersOf(await read(path, request({ kind: 'segments', frames: 4 }, { seed }))),
      ),
    );
    expect(drawings[0]).toEqual(drawings[1]);
    expect(drawings[0]).not.toEqual(drawings[2]);
    for (const numbers of drawings) {
      expect(numbers.map((number) => Math.floor(number / 10))).toEqual([0, 1, 2, 3]);
    }
  });

  test('gives more frames than it has by repeating them, each with memory of its own', async () => {
    const part = { startSeconds: 1, endSeconds: 1.2 };
    const frames = await read(join(folder, 'long.mp4'), request(uniform(6), part));
    expect(numbersOf(frames)).toEqual([10, 10, 10, 11, 11, 11]);
    frames[0]!.pixels.fill(255);
    expect(readNumber(frames[1]!.pixels)).toBe(10);
  });

  test.each(['long.mp4', 'long.ts'])('is read from the middle as from its start: %s', async (name) => {
    const part = { startSeconds: 25, endSeconds: 29 };
    const frames = await read(join(folder, name), request(uniform(8), part));
    expect(numbersOf(frames)).toEqual([252, 257, 262, 267, 272, 277, 282, 287]);
    timesOf(frames).forEach((seconds, index) => {
      expect(seconds).toBeCloseTo(25.2 + index / 2, 3);
    });
  });

  test.each(['long.mp4', 'long.ts'])('gives keyframes in place of the frames near them: %s', async (name) => {
    const path = join(folder, name);
    const frames = await read(path, request(uniform(8), { plan: 'keyframes' }));
    const numbers = numbersOf(frames);
    expect(new Set(numbers).size).toBe(8);
    numbers.forEach((number, index) => {
      expect(number % 20).toBe(0);
      expect(Math.abs(number - (20 + index * 40))).toBeLessThanOrEqual(20);
      expect(frames[index]!.timeSeconds).toBeCloseTo(number / 10, 3);
    });
  });

  test.each(['long.mp4', 'long.ts'])(
    'gives frames that others depend on in place of others: %s',
    async (name) => {
      const frames = await read(join(folder, name), request(uniform(8), { plan: 'reference-only' }));
      numbersOf(frames).forEach((number, index) => {
        const wanted = 20 + index * 40;
        expect(number - wanted).toBeGreaterThanOrEqual(0);
        expect(number - wanted).toBeLessThanOrEqual(3);
      });
    },
  );

  test('is decoded whole where its keyframes do not come as they are listed', async () => {
    const path = join(folder, 'misleading.mp4');
    const content = readFileSync(join(folder, 'long.mp4'));
    // The list of keyframes has frame 28 in place of frame 20: the second of its entries, which count from 1.
    content.writeUInt32BE(29, content.indexOf('stss') + 16);
    writeFileSync(path, content);
    const wanted = request(uniform(16), { plan: 'keyframes' });
    expect((await openClip(await locateClip(path), wanted)).plan).toBe('keyframes');
    // The first one came; from the second on, the frames are those that were sampled.
    const sampled = Array.from({ length: 15 }, (_, index) => 30 + index * 20);
    expect(numbersOf(await read(path, wanted))).toEqual([0, ...sampled]);
  });

  test('gives hundreds of frames', async () => {
    const numbers = numbersOf(await read(join(folder, 'long.mp4'), request(uniform(1024))));
    expect(numbers).toEqual(
      Array.from({ length: 1024 }, (_, index) => Math.floor(((index + 0.5) / 1024) * 320)),
    );
  });

  test('that was cut out of a broadcast begins with its first whole frame', async () => {
    const path = join(folder, 'cut.ts');
    // Its first packets are lost, and with them the keyframe that the frames up to the next one need.
    writeFileSync(path, readFileSync(join(folder, 'long.ts')).subarray(16 * 188));
    expect(numbersOf(await read(path, request(uniform(1), { endSeconds: 0.05 })))).toEqual([20]);
  });

  test('is turned upright once, whatever its pixels are', async () => {
    const path = join(folder, 'turned.mp4');
    await runFfmpeg([
      ...['-i', join(folder, 'fragments.mp4'), '-c', 'copy', '-metadata:s:v:0', 'rotate=90'],
      ...[path],
    ]);
    const [frame] = await read(path, request(uniform(1)));
    const at = (x: number, y: number) => frame!.pixels[(y * 96 + x) * 3]!;
    // Frame 20 = 1 x 18 + 2: the grey of its right half comes to the top, that of its left half to the bottom.
    const halves = [at(20, 24), at(76, 24), at(20, 72), at(76, 72)].map((grey) => Math.round(grey / 14));
    expect(halves).toEqual([2, 2, 1, 1]);
  });

  test.each([
    // Pixels twice as wide as high: the picture is 128 x 48, of which `resize` shows the middle: columns 20 to 44.
    ['resize', 16, 64],
    // Squashed, their shape does not matter: all 64 columns are shown.
    ['squash', 36, 24],
  ] as const)('of pixels that are not square is shown as on a screen: %s', async (fit, start, length) => {
    const path = join(folder, 'wide-pixels.mkv');
    // Black but for the columns 24 to 40 of 64, which are white.
    const source = "nullsrc=s=64x48:r=10,format=gray,geq=lum='255*between(X,24,39)',setsar=2";
    await runFfmpeg(['-f', 'lavfi', '-i', source, '-frames:v', '1', '-c:v', 'ffv1', path]);
    const [frame] = await read(
      path,
      request(uniform(1), { preprocessing: { size: 96, fit, kernel: 'linear' } }),
    );
    const row = Array.from({ length: 96 }, (_, column) => frame!.pixels[(48 * 96 + column) * 3]!);
    const white = row.flatMap((grey, column) => (grey > 128 ? [column] : []));
    expect({ start: white[0], length: white.length }).toEqual({ start, length });
  });

  test.each([
    ['1x1', 'bgr0'],
    ['3x5', 'bgr0'],
    ['641x3', 'yuv420p'],
    ['2x600', 'yuv420p'],
  ])('of odd size is read: %s', async (size, pixelFormat) => {
    const path = join(folder, `odd-${size}.mkv`);
    const [width, height] = size.split('x');
    const source = `color=c=0x336699:s=64x64:r=10,scale=${width}:${height}:flags=neighbor`;
    await runFfmpeg([
      '-f',
      'lavfi',
      '-i',
      source,
      '-frames:v',
      '3',
      '-c:v',
      'ffv1',
      '-pix_fmt',
      pixelFormat,
      path,
    ]);
    for (const fit of ['resize', 'squash'] as const) {
      const wanted = request(uniform(3), { preprocessing: { size: 96, fit, kernel: 'lanczos3' } });
      for (const { pixels } of await read(path, wanted)) {
        expect(pixels).toHaveLength(96 * 96 * 3);
        [0x33, 0x66, 0x99].forEach((level, channel) => {
          expect(Math.abs(pixels[4000 * 3 + channel]! - level)).toBeLessThanOrEqual(3);
        });
      }
    }
  });

  test('that changes its size on the way is read through', async () => {
    const parts = [
      { path: join(folder, 'small.ts'), size: '64:48', offset: '0' },
      { path: join(folder, 'large.ts'), size: '96:96', offset: '4.2' },
    ];
    for (const { path, size, offset } of parts) {
      const encoder = ['-vf', `scale=${size}:flags=neighbor`, ...H264, '-output_ts_offset', offset];
      await writeNumberedClip(path, { frames: 40, framesPerSecond: 10, encoder });
    }
    const path = join(folder, 'changing.ts');
    writeFileSync(path, Buffer.concat(parts.map((part) => readFileSync(part.path))));
    expect(numbersOf(await read(path, request(uniform(8))))).toEqual([5, 15, 25, 35, 5, 15, 25, 35]);
  });
});
