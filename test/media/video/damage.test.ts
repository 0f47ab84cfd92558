import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Frame, PlanChoice } from '../../../src/media/frames.js';
import { random } from '../../../src/random.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames } from '../../support/read-numbers.js';
import { sharedFolder } from '../../support/shared.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-damage-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 60;
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '8', '-g', '12'];
const VP9 = ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuv420p', '-b:v', '2M', '-cpu-used', '5'];
const H265 = ['-c:v', 'libx265', '-pix_fmt', 'yuv420p', '-crf', '8'];
/** Each with a share of its length at which ffmpeg notices damage, as it does not everywhere. */
const CLIPS: ReadonlyArray<readonly [name: string, encoder: readonly string[], share: number]> = [
  ['h264.mp4', [...H264, '-bf', '2'], 0.6],
  ['pyramid.mp4', [...H264, '-bf', '8', '-x264opts', 'b-pyramid=normal'], 0.35],
  ['cavlc.mkv', [...H264, '-profile:v', 'baseline'], 0.35],
  ['open.ts', [...H264, '-bf', '2', '-x264opts', 'open-gop=1'], 0.6],
  ['mpeg4.avi', ['-c:v', 'mpeg4', '-q:v', '2', '-bf', '2', '-g', '12'], 0.35],
  ['mpeg2.mpg', ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '12'], 0.35],
  ['flv1.flv', ['-c:v', 'flv1', '-q:v', '2', '-g', '12'], 0.6],
  ['ffv1.mkv', ['-c:v', 'ffv1', '-level', '3', '-g', '1'], 0.6],
  ['vp9.webm', [...VP9, '-g', '12'], 0.6],
  ['vp9.mp4', [...VP9, '-g', '12'], 0.35],
  // H.265 is only checked where the encoder has stored a hash of each picture.
  ['hashed.mp4', [...H265, '-x265-params', 'log-level=none:keyint=12:hash=1'], 0.6],
];

beforeAll(async () => {
  for (const [name, encoder] of CLIPS) {
    await writeNumberedClip(join(folder, name), { frames: FRAMES, framesPerSecond: 10, encoder });
  }
});

/** The clip with some bytes overwritten at a share of its length. */
function damaged(name: string, share: number): string {
  const content = Buffer.from(readFileSync(join(folder, name)));
  const start = Math.floor(content.length * share);
  const stream = random(1, 'x');
  for (let at = start; at < start + DAMAGED_BYTES; at++) content[at] = stream.integer(0, 256);
  const path = join(folder, `damaged-${name}`);
  writeFileSync(path, content);
  return path;
}

const DAMAGED_BYTES = 200;

const EVERY = { sampling: { kind: 'uniform', frames: FRAMES } } as const;
const PLANS: readonly PlanChoice[] = ['whole', 'excerpt', 'seeks'];

/** What reading comes to, whichever way: the code of its failure, or the frames. */
const outcome = (path: string, changes: Parameters<typeof readFrames>[1]) =>
  readFrames(path, changes).then(
    (frames): string | readonly Frame[] => frames,
    ({ code, problem }) => `${code}: ${problem}`,
  );

describeWithEachFfmpeg('a damaged clip', () => {
  test.each(CLIPS)('tells which frames are damaged: %s', async (name, _encoder, share) => {
    const sound = await readFrames(join(folder, name), EVERY);
    const path = damaged(name, share);
    const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
    const differing = frames.filter(
      ({ pixels }, index) => !sound[index]!.pixels.every((level, at) => level === pixels[at]),
    );
    expect(differing.length).toBeGreaterThan(0);
    expect(differing.every(({ isDamaged }) => isDamaged)).toBe(true);
    // Of a group of twelve frames.
    expect(frames.filter(({ isDamaged }) => isDamaged).length).toBeLessThanOrEqual(12);
    await expect(readFrames(path, EVERY)).rejects.toMatchObject({
      code: 'corrupt',
      problem: expect.stringMatching(
        / is damaged: (?:\d+ of 60 frames show what|expected 60 frames, got) .*ffmpeg says: ".+"/,
      ),
      fix: expect.stringMatching(/--allow-damaged.*ffmpeg -i .*damaged-/),
    });
  });

  test.each(CLIPS)('comes to the same whatever is decoded of it: %s', async (name) => {
    const path = damaged(name, 0.45);
    for (const frames of [5, 16]) {
      const allowDamaged = frames === 16;
      const sampling = { kind: 'uniform', frames } as const;
      const [first, ...others] = await Promise.all(
        PLANS.map((plan) => outcome(path, { sampling, allowDamaged, plan })),
      );
      for (const other of others) expect(other).toEqual(first);
    }
  });

  test('is read like a sound one where no wanted frame is damaged', async () => {
    const path = damaged('h264.mp4', 0.6);
    const part = { endSeconds: 2 };
    expect(await readFrames(path, part)).toEqual(await readFrames(join(folder, 'h264.mp4'), part));
  });
});

describeWithEachFfmpeg('a clip in Ogg from which packets are lost', () => {
  test('tells which frames depend on them, and which are shown in their place', async () => {
    const encoder = ['-c:v', 'libtheora', '-q:v', '10', '-g', '12'];
    await writeNumberedClip(join(folder, 'theora.ogv'), { frames: FRAMES, framesPerSecond: 10, encoder });
    const sound = await readFrames(join(folder, 'theora.ogv'), EVERY);
    expect(sound.some(({ isDamaged }) => isDamaged)).toBe(false);
    for (const share of [0.3, 0.4, 0.5, 0.6, 0.7]) {
      const path = damaged('theora.ogv', share);
      const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
      const unnoticed = frames.filter(
        ({ pixels, isDamaged }, index) =>
          !isDamaged && !sound[index]!.pixels.every((level, at) => level === pixels[at]),
      );
      expect([share, unnoticed.length]).toEqual([share, 0]);
      expect(frames.filter(({ isDamaged }) => !isDamaged).length).toBeGreaterThan(20);
      await expect(readFrames(path, EVERY)).rejects.toMatchObject({
        code: 'corrupt',
        // The packaged ffmpeg does not check the sums that Ogg has.
        problem: expect.stringMatching(/CRC mismatch|parts of the file are missing or wrong|theora/),
      });
    }
  });
});

describeWithEachFfmpeg('a clip of which no frame can be decoded', () => {
  test('is corrupt even where damage is allowed, and the advice is not to allow it', async () => {
    const content = readFileSync(join(folder, 'h264.mp4'));
    const start = content.indexOf('mdat') + 4;
    const path = join(folder, 'wiped.mp4');
    writeFileSync(path, content.fill(0x55, start, content.indexOf('moov', start) - 4));
    await expect(readFrames(path, { allowDamaged: true })).rejects.toMatchObject({
      code: 'corrupt',
      fix: expect.not.stringMatching(/--allow-damaged|ffmpeg -i/),
    });
  });
});

describeWithEachFfmpeg('an encrypted clip', () => {
  const key = [
    '-encryption_key',
    '76a6c65c5ea762046bd749a2e632ccbb',
    '-encryption_kid',
    'a7e61c373e219033c21091fa607bf3b8',
  ];

  test.each([
    ['whole', []],
    ['with its header at the start', ['-movflags', '+faststart']],
    ['in fragments, of which ffmpeg reads no packet', ['-movflags', 'frag_keyframe+empty_moov']],
  ])('is named as such: %s', async (_name, options) => {
    const path = join(folder, 'encrypted.mp4');
    const scheme = ['-encryption_scheme', 'cenc-aes-ctr', ...key];
    await runFfmpeg(['-i', join(folder, 'h264.mp4'), '-c', 'copy', ...scheme, ...options, path]);
    for (const allowDamaged of [false, true]) {
      await expect(readFrames(path, { allowDamaged })).rejects.toMatchObject({
        code: 'unreadable',
        problem: expect.stringContaining(`${path} is encrypted`),
      });
    }
  });
});

describe.skipIf(!sharedFolder)('damage that was found in real clips', () => {
  const media = join(sharedFolder ?? '', 'reproducers/media');

  describeWithEachFfmpeg('is told', () => {
    test('by every plan alike', async () => {
      const path = join(media, 'damaged-plan-differs.mp4');
      const sampling = { kind: 'uniform', frames: 16 } as const;
      const read = await Promise.all(
        PLANS.map((plan) => outcome(path, { sampling, allowDamaged: true, plan })),
      );
      for (const frames of read) expect(frames).toEqual(read[0]);
      expect((read[0] as readonly Frame[]).filter(({ isDamaged }) => isDamaged)).toHaveLength(7);
      for (const plan of PLANS) {
        await expect(readFrames(path, { sampling, plan })).rejects.toMatchObject({ code: 'corrupt' });
      }
    });

    test('of an encrypted track', async () => {
      await expect(readFrames(join(media, 'encrypted-track.mp4'))).rejects.toMatchObject({
        code: 'unreadable',
      });
    });
  });
});
