import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { type Clip, openClip } from '../../src/media/frames.js';
import { locateClip } from '../../src/media/locate.js';
import { describeWithEachFfmpeg } from '../support/ffmpeg.js';
import { sharedFolder } from '../support/shared.js';

const folder = join(sharedFolder ?? '', 'torture');

/** What a careful user wants of each file: why it is refused, in words that help, or its frames. */
const REFUSED: ReadonlyArray<readonly [file: string, code: ErrorCode, words: RegExp]> = [
  ['zero.mp4', 'empty', /0 bytes/],
  ['text.mp4', 'not_media', /moov atom not found/],
  ['random.mp4', 'not_media', /moov atom not found/],
  ['audio_only.mp4', 'no_video', /no video/],
  // Its picture is the cover of a song.
  ['cover.m4a', 'no_video', /cover/],
  ['trunc50_moov_end.mp4', 'corrupt', /moov atom not found/],
  // The second half is missing, which ffmpeg does not find worth an exit code.
  ['trunc50_faststart.mp4', 'partial', /expected 50 frames, got 25.*partial file/],
  // Eight of its 50 frames cannot be decoded, of which three are wanted.
  ['corrupt_mid.mp4', 'corrupt', /expected 16 frames, got 13.*error while decoding/],
  ['ffconcat_rel.mp4', 'refused', /playlist.*not on whitelist/],
  ['hls_local.mp4', 'refused', /playlist.*(?:not on whitelist|Not detecting m3u8)/],
  ['hls_http.mp4', 'refused', /playlist.*(?:not on whitelist|Not detecting m3u8)/],
];

const READ: ReadonlyArray<readonly [file: string, durationSeconds: number, distinctTimes: number]> = [
  ['normal.mp4', 2, 16],
  ['single.mp4', 0.04, 1],
  // Its frame rate drops to 2.5 a second; the gap at the end is not a missing part.
  ['vfr.mp4', 3.64, 11],
  ['rot90.mp4', 2, 16],
  ['sar2.mp4', 1, 16],
  ['hdr10.mp4', 1, 16],
  ['d1x1.mkv', 0.4, 10],
  ['d3x5.mkv', 0.4, 10],
  // Every duration in its index is 0, so that its time stamps are useless: its frames are counted instead.
  ['zero_dur_stts.mp4', 2, 16],
];

/** The address that hls_http.mp4 points to. */
const PORT = 18099;

describe.skipIf(!sharedFolder)('the torture files', () => {
  const connections: unknown[] = [];
  let server: Server;

  beforeAll(async () => {
    server = createServer((socket) => {
      connections.push(socket.remoteAddress);
      socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(PORT, '127.0.0.1', resolve);
    });
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('are all here', () => {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const known = [...REFUSED, ...READ].map(([file]) => file);
    expect(files.map((entry) => entry.name).sort()).toEqual(known.sort());
  });

  describeWithEachFfmpeg('read', () => {
    test.each(REFUSED)('%s is %s', async (file, code, words) => {
      const path = join(folder, file);
      let framesRead = 0;
      const reading = async () => {
        for await (const _ of (await open(path)).frames) framesRead += 1;
      };
      await expect(reading()).rejects.toMatchObject({
        code,
        problem: expect.stringMatching(words),
        fix: expect.stringMatching(/\w/),
      });
      await expect(reading()).rejects.toMatchObject({ problem: expect.stringContaining(path) });
      if (code !== 'corrupt') expect(framesRead).toBe(0);
    });

    test.each(READ)('%s gives its frames', async (file, durationSeconds, distinctTimes) => {
      const clip = await open(join(folder, file));
      expect(clip.durationSeconds).toBeCloseTo(durationSeconds, 3);
      const times: number[] = [];
      for await (const frame of clip.frames) {
        times.push(frame.timeSeconds);
        expect(frame.pixels).toHaveLength(96 * 96 * 3);
        // A test picture, not a blank one.
        if (!file.startsWith('d')) expect(deviation(frame.pixels)).toBeGreaterThan(20);
      }
      expect(times).toHaveLength(16);
      expect(times).toEqual([...times].sort((one, other) => one - other));
      expect(new Set(times).size).toBe(distinctTimes);
    });

    test('no address was contacted', () => {
      expect(connections).toEqual([]);
    });
  });
});

async function open(path: string): Promise<Clip> {
  return openClip(await locateClip(path), {
    sampling: { kind: 'uniform', frames: 16 },
    preprocessing: { size: 96, fit: 'resize', kernel: 'linear' },
  });
}

function deviation(pixels: Uint8Array): number {
  const mean = pixels.reduce((sum, level) => sum + level, 0) / pixels.length;
  return Math.sqrt(pixels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / pixels.length);
}
