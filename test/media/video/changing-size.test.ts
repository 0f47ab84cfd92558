import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { readNumber, runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-changing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const H264 = ['-c:v', 'libx264', '-crf', '10'];
const STREAMS: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['raw.h264', [...H264, '-bf', '2']],
  ['raw.mjpeg', ['-c:v', 'mjpeg', '-q:v', '2']],
  ['broadcast.ts', H264],
];
const PARTS = [
  ['size', ['-pix_fmt', 'yuvj420p'], ['-pix_fmt', 'yuvj420p', '-vf', 'scale=96:80:flags=neighbor']],
  ['pixel format', ['-pix_fmt', 'yuvj420p'], ['-pix_fmt', 'yuvj422p']],
] as const;

/** Two recordings of 20 frames each, one after the other. */
async function joined(name: string, encoder: readonly string[], parts: ReadonlyArray<readonly string[]>) {
  const path = join(folder, `joined-${name}`);
  rmSync(path, { force: true });
  for (const options of parts) {
    const part = join(folder, name);
    await writeNumberedClip(part, { frames: 20, framesPerSecond: 25, encoder: [...encoder, ...options] });
    appendFileSync(path, readFileSync(part));
  }
  return path;
}

const EXPECTED = [2, 7, 12, 17, 2, 7, 12, 17];
const request = { sampling: { kind: 'uniform', frames: 8 } } as const;

describeWithEachFfmpeg('a stream that changes on the way gives all frames', () => {
  for (const [what, first, second] of PARTS) {
    test.each(STREAMS)(`in another ${what}: %s`, async (name, encoder) => {
      expect(await readNumbers(await joined(name, encoder, [first, second]), request)).toEqual(EXPECTED);
    });

    test(`in another ${what}, in AVI`, async () => {
      const stream = await joined('part.mjpeg', ['-c:v', 'mjpeg', '-q:v', '2'], [first, second]);
      const path = join(folder, 'joined.avi');
      await runFfmpeg(['-f', 'mjpeg', '-i', stream, '-c', 'copy', path]);
      for (const plan of ['exact', 'whole', 'seeks'] as const) {
        expect(await readNumbers(path, { ...request, plan })).toEqual(EXPECTED);
      }
    });
  }

  test.each([
    ['raw.m2v', 'mpeg2video'],
    ['raw.m1v', 'mpeg1video'],
    ['stream.ts', 'mpeg2video'],
  ])('the last one before the change too, which MPEG-2 decoders hold back: %s', async (name, codec) => {
    const path = await joined(
      name,
      ['-c:v', codec, '-q:v', '2', '-g', '10'],
      [[], ['-vf', 'scale=96:80:flags=neighbor']],
    );
    for (const plan of ['exact', 'whole', 'seeks'] as const) {
      const sampling = { kind: 'uniform', frames: 40 } as const;
      const numbers = Array.from({ length: 40 }, (_, frame) => frame % 20);
      expect(await readNumbers(path, { sampling, plan })).toEqual(numbers);
    }
  });

  const LARGER = ['-vf', 'scale=96:80:flags=neighbor'];
  const MPEG2 = ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '10', '-bf', '2'];
  const MPEG1 = ['-c:v', 'mpeg1video', '-q:v', '2', '-g', '10', '-bf', '2'];
  const MPEG4 = ['-c:v', 'mpeg4', '-q:v', '2', '-g', '10', '-bf', '2'];
  const EVERY = Array.from({ length: 40 }, (_, frame) => frame % 20);

  async function expectEvery(path: string) {
    for (const plan of ['exact', 'whole', 'seeks', 'keyframes'] as const) {
      const frames = await readFrames(path, { sampling: { kind: 'uniform', frames: 40 }, plan });
      expect(frames.map(({ pixels }) => readNumber(pixels))).toEqual(EVERY);
      expect(frames.map(({ timeSeconds }) => Math.round(timeSeconds * 25))).toEqual([...EVERY.keys()]);
    }
  }

  test.each([
    ['b.m2v', MPEG2],
    ['b.m1v', MPEG1],
    ['b-m4v', [...MPEG4, '-f', 'm4v']],
    ['b.ts', MPEG2],
    ['b.mpg', MPEG2],
    ['b4.ts', MPEG4],
  ])('and with B-frames, too: %s', async (name, encoder) => {
    await expectEvery(await joined(name, encoder, [[], LARGER]));
    await expectEvery(await joined(name, encoder, [[], []]));
  });

  test.each([
    // With time stamps that go on, where the frames need not be counted.
    ['stamped.mkv', 'b.ts', []],
    ['stamped.ts', 'b.ts', []],
    ['stamped.mpg', 'b.ts', []],
    ['unstamped.avi', 'b.m2v', ['-r', '25', '-f', 'mpegvideo']],
  ])('and in a container that was made of such a stream: %s', async (name, from, options) => {
    const stream = await joined(from, MPEG2, [[], LARGER]);
    const path = join(folder, name);
    await runFfmpeg([...options, '-i', stream, '-c', 'copy', path]);
    await expectEvery(path);
  });

  test('whose size does not fit the first, with the middle of each cropped', async () => {
    const path = await joined('crop.h264', H264, [
      ['-vf', 'scale=64:48:flags=neighbor'],
      ['-vf', 'scale=40:96:flags=neighbor'],
    ]);
    const preprocessing = { size: 96, fit: 'resize', kernel: 'linear' } as const;
    const frames = await readFrames(path, { ...request, preprocessing });
    expect(frames).toHaveLength(8);
    expect(frames.every(({ pixels }) => pixels.length === 96 * 96 * 3)).toBe(true);
  });
});
