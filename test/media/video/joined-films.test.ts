import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunk } from '../../support/avi.js';
import { avifSequence } from '../../support/avif-sequence.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';
import { sharedFolder } from '../../support/shared.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-joined-films-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MPEG2 = ['-c:v', 'mpeg2video', '-q:v', '2'];
const MPEG4 = ['-c:v', 'mpeg4', '-q:v', '2'];
const VP8 = ['-c:v', 'libvpx', '-b:v', '2M'];
const WMV2 = ['-c:v', 'wmv2', '-q:v', '2'];
const FLV1 = ['-c:v', 'flv1', '-q:v', '2'];

const FILMS: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['film.mp4', MPEG4],
  ['film.flv', FLV1],
  ['film.ogv', ['-c:v', 'libtheora', '-q:v', '10']],
  ['film.wmv', WMV2],
  ['film.mkv', MPEG4],
  ['film.webm', VP8],
  ['film.avi', MPEG4],
  ['film.nut', MPEG4],
  ['film.y4m', ['-pix_fmt', 'yuv420p']],
  ['film.ivf', VP8],
  ['film.rm', ['-c:v', 'rv10', '-q:v', '2']],
  ['film.mxf', MPEG2],
  ['film.wtv', MPEG2],
  ['film.gxf', [...MPEG2, '-s', '720x576']],
  ['film.swf', FLV1],
];

/** Written as they come, so that nothing says how long they are. */
const LIVE: ReadonlyArray<readonly [name: string, from: string, options: readonly string[]]> = [
  ['live.wmv', 'film.wmv', ['-f', 'asf']],
  ['live.mkv', 'film.mkv', ['-f', 'matroska']],
  ['live.webm', 'film.webm', ['-f', 'webm', '-live', '1']],
  ['live.avi', 'film.avi', ['-f', 'avi']],
];

/** Which may be put together so. */
const STREAMS: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['stream.ts', MPEG2],
  ['stream.mpg', MPEG2],
  ['stream.m2v', MPEG2],
  ['stream.mjpeg', ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p']],
  ['stream.h264', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '10']],
];

const pathOf = (name: string) => join(folder, name);

/** Two seconds, at 25 frames a second. */
const FRAMES = 50;

beforeAll(async () => {
  for (const [name, encoder] of [...FILMS, ...STREAMS])
    await writeNumberedClip(pathOf(name), { frames: FRAMES, framesPerSecond: 25, encoder });
  for (const [name, from, options] of LIVE) {
    const copied = ['-v', 'error', '-i', pathOf(from), '-c', 'copy', ...options, '-'];
    const { stdout } = await promisify(execFile)(ffmpegPackage.path, copied, { encoding: 'buffer' });
    writeFileSync(pathOf(name), stdout);
  }
  const avif = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'red' } })
    .avif()
    .toBuffer();
  writeFileSync(pathOf('still.avif'), avif);
  const pictures = [1, 2].map(() => ({ avif, milliseconds: 500 }));
  writeFileSync(pathOf('sequence.avif'), avifSequence(pictures, { cover: avif }));
});

function joined(...names: readonly string[]): string {
  const path = pathOf(`joined-${names.at(-1)}`);
  writeFileSync(path, Buffer.concat(names.map((name) => readFileSync(pathOf(name)))));
  return path;
}

const numbersOf = (path: string) => readNumbers(path, { sampling: { kind: 'uniform', frames: 10 } });

const refusal = (path: string, what: string) => ({
  code: 'unreadable',
  problem: `${path} holds several ${what} one after the other, of which only the first would be read as it is.`,
});

describeWithEachFfmpeg('films that were put together byte by byte', () => {
  const names = [...FILMS, ...LIVE].map(([name]) => name);

  test.each(names)('are refused: %s', async (name) => {
    const path = joined(name, name);
    await expect(readFrames(path)).rejects.toMatchObject(refusal(path, 'films'));
    expect(await numbersOf(pathOf(name))).toEqual([2, 7, 12, 17, 22, 27, 32, 37, 42, 47]);
  });

  test.each([
    ['film.webm', 'film.mkv', 'films'],
    ['live.mkv', 'film.webm', 'films'],
    ['film.mp4', 'sequence.avif', 'films'],
    ['sequence.avif', 'film.mp4', 'films'],
    ['film.mp4', 'still.avif', 'films and pictures'],
    ['still.avif', 'film.mp4', 'films and pictures'],
    ['still.avif', 'sequence.avif', 'films and pictures'],
  ])('are refused where they differ, too: %s and %s', async (first, second, what) => {
    const path = joined(first, second);
    await expect(readFrames(path)).rejects.toMatchObject(refusal(path, what));
  });

  test.skipIf(!sharedFolder)('are refused where one is a HEIC', async () => {
    const heic = readFileSync(join(sharedFolder!, 'reproducers/media/gradient.heic'));
    const path = pathOf('heic.mp4');
    for (const parts of [
      [heic, readFileSync(pathOf('film.mp4'))],
      [readFileSync(pathOf('film.mp4')), heic],
    ]) {
      writeFileSync(path, Buffer.concat(parts));
      await expect(readFrames(path)).rejects.toMatchObject(refusal(path, 'films and pictures'));
    }
  });

  test.each(STREAMS.map(([name]) => name))('are read whole where they are streams: %s', async (name) => {
    const numbers = await readNumbers(joined(name, name), { sampling: { kind: 'uniform', frames: 4 } });
    [12, 37, 12, 37].forEach((number, index) => {
      expect(Math.abs(numbers[index]! - number)).toBeLessThanOrEqual(1);
    });
  });

  test('are told from the parts of a long AVI', async () => {
    const avi = readFileSync(pathOf('film.avi'));
    const path = pathOf('long.avi');
    const at = avi.indexOf('00dc');
    const frame = avi.subarray(at, at + 8 + avi.readUInt32LE(at + 4) + (avi.readUInt32LE(at + 4) % 2));
    const list = chunk('LIST', Buffer.concat([Buffer.from('movi'), frame]));
    writeFileSync(path, Buffer.concat([avi, chunk('RIFF', Buffer.concat([Buffer.from('AVIX'), list]))]));
    expect(await numbersOf(path)).toEqual(await numbersOf(pathOf('film.avi')));
  });
});
