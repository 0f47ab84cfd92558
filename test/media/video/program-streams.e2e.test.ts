import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-program-streams-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 60;
const EVERY = { sampling: { kind: 'uniform', frames: FRAMES } } as const;
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '8', '-g', '12', '-bf', '2'];
const STREAMS: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['h264.mpg', H264],
  ['h264.vob', H264],
  ['mpeg2.vob', ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '12', '-bf', '2']],
];
const NAMES = STREAMS.map(([name]) => name);

const pathOf = (name: string) => join(folder, name);
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];

beforeAll(async () => {
  for (const [name, encoder] of STREAMS) {
    await writeNumberedClip(pathOf(`silent-${name}`), { frames: FRAMES, framesPerSecond: 10, encoder });
    const inputs = ['-i', pathOf(`silent-${name}`), ...SOUND, '-t', '6'];
    await runFfmpeg([...inputs, '-c:v', 'copy', '-c:a', 'mp2', pathOf(name)]);
  }
});

function write(name: string, parts: readonly Uint8Array[]): string {
  const path = pathOf(`other-${name}`);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

const PACK = Buffer.of(0, 0, 1, 0xba);
/** Of H.264, as ffmpeg writes it. */
const VIDEO_PACKET = Buffer.of(0, 0, 1, 0xe2);
const SECTOR_BYTES = 2324;

/** Each pack in a sector of its own, filled up with zeros, as on a Video CD. */
function inSectors(stream: Buffer): Buffer[] {
  const sectors: Buffer[] = [];
  for (let start = 0; start < stream.length; ) {
    const next = stream.indexOf(PACK, start + 1);
    const pack = stream.subarray(start, next < 0 ? stream.length : next);
    sectors.push(pack, Buffer.alloc(Math.max(0, SECTOR_BYTES - pack.length)));
    start += pack.length;
  }
  return sectors;
}

describeWithEachFfmpeg('an MPEG program stream of which nothing is lost', () => {
  test.each(NAMES)('may have other bytes before, between and after its packs: %s', async (name) => {
    const stream = readFileSync(pathOf(name));
    const sound = await readFrames(pathOf(name), EVERY);
    const header = Buffer.from('IMKH'.padEnd(40, '\0'));
    for (const parts of [[header, stream], inSectors(stream), [stream, Buffer.alloc(70_000)]])
      expect(await readFrames(write(name, parts), EVERY)).toEqual(sound);
  });

  test.each(NAMES)('may have another recording joined to it: %s', async (name) => {
    const stream = readFileSync(pathOf(name));
    for (const parts of [
      [stream, stream],
      [stream, Buffer.alloc(2048), stream],
      [stream.subarray(0, -4), stream],
    ]) {
      const frames = await readFrames(write(name, parts), EVERY);
      expect(frames.filter(({ isDamaged }) => isDamaged)).toEqual([]);
      expect(frames.at(-1)!.timeSeconds).toBeGreaterThan(11);
    }
  });

  test('shows its frames at their times where few of them have stamps, and some stay on screen', async () => {
    const path = pathOf('uneven.mpg');
    const encoder = [...H264, '-vf', "select='not(between(n,20,29))'", '-vsync', 'vfr'];
    await runFfmpeg(['-i', pathOf('silent-h264.mpg'), ...encoder, path]);
    const numbers = await readNumbers(path, { sampling: { kind: 'uniform', frames: 12 } });
    // Of each half second, the frame in its middle; ffmpeg's guesses are off by one here and there.
    [2, 7, 12, 17].forEach((number, index) => {
      expect(Math.abs(numbers[index]! - number)).toBeLessThanOrEqual(1);
    });
    [32, 37, 42, 47, 52, 57].forEach((number, index) => {
      expect(Math.abs(numbers[index + 6]! - number)).toBeLessThanOrEqual(1);
    });
  });
});

describeWithEachFfmpeg('an MPEG program stream with zeros in place of data', () => {
  test.each(['h264.mpg', 'h264.vob'])('is corrupt, though its packets are whole: %s', async (name) => {
    const stream = readFileSync(pathOf(name));
    const video = stream.indexOf(VIDEO_PACKET, Math.floor(stream.length / 2));
    const path = write(name, [
      stream.subarray(0, video + 400),
      Buffer.alloc(200),
      stream.subarray(video + 600),
    ]);
    await expect(readFrames(path, EVERY)).rejects.toMatchObject({ code: 'corrupt' });
    const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
    expect(frames.some(({ isDamaged }) => isDamaged)).toBe(true);
    expect(await readFrames(path, { ...EVERY, endSeconds: 1 })).toEqual(
      await readFrames(pathOf(name), { ...EVERY, endSeconds: 1 }),
    );
  });
});
