import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sampling } from '../../../src/media/frame-schema.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import {
  FORMATS,
  numbersOf,
  read,
  request,
  timesOf,
  uniform,
  writeFormats,
} from '../../support/video-formats.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES = FORMATS.map(([name]) => name);
beforeAll(() => writeFormats(folder, [...NAMES, 'long.mp4', 'long.ts']));

describeWithEachFfmpeg('a video of each format', () => {
  test.each(NAMES)('gives the frames at the centres of equal spans, with their times: %s', async (name) => {
    const frames = await read(join(folder, name), request(uniform(8)));
    const expected = [2, 7, 12, 17, 22, 27, 32, 37];
    expect(numbersOf(frames)).toEqual(expected);
    // Containers round, the coarsest of them to milliseconds.
    timesOf(frames).forEach((seconds, position) => {
      expect(Math.abs(seconds - expected[position]! / 25)).toBeLessThanOrEqual(0.001);
    });
  });

  test.each(['h264.mp4', 'open-gop.ts', 'vp8.webm', 'mpeg4.avi', 'mpeg2.mpg'])(
    'gives all of its frames: %s',
    async (name) => {
      const sampling: Sampling = { kind: 'fps', framesPerSecond: 25, maxFrames: 100 };
      const numbers = numbersOf(await read(join(folder, name), request(sampling)));
      expect(numbers).toEqual(Array.from({ length: 40 }, (_, number) => number));
    },
  );

  test.each([...NAMES, 'long.mp4', 'long.ts'])(
    'gives the same frames when only what they depend on is decoded: %s',
    async (name) => {
      const path = join(folder, name);
      const [whole, sought, excerpt] = await Promise.all(
        (['whole', 'seeks', 'excerpt'] as const).map((plan) => read(path, request(uniform(5), { plan }))),
      );
      expect(sought).toEqual(whole);
      expect(excerpt).toEqual(whole);
    },
  );

  test.each(['long.mp4', 'long.ts'])('gives near frames that take less decoding: %s', async (name) => {
    const frames = await read(join(folder, name), request(uniform(32), { plan: 'nearby' }));
    const numbers = numbersOf(frames);
    expect(new Set(numbers).size).toBe(32);
    expect(numbers.filter((number) => number % 20 === 0).length).toBeGreaterThanOrEqual(15);
    numbers.forEach((number, index) => {
      const wanted = 5 + index * 10;
      expect(Math.abs(number - wanted)).toBeLessThanOrEqual(5);
      expect(number % 20 === 0 || number <= wanted - 4).toBe(true);
      expect(frames[index]!.timeSeconds).toBeCloseTo(number / 10, 3);
    });
  });
});
