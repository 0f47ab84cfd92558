import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-cut-streams-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 72;
const PACKET_BYTES = 188;
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '10', '-x264opts'];
const OPEN_GOP = 'open-gop=1:keyint=12:min-keyint=12:b-adapt=0:bframes=3';
/** Frames between keyframes refer to both of them, and other frames to such frames. */
const OPEN: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['pyramid.ts', [...H264, `${OPEN_GOP}:b-pyramid=normal:ref=4`]],
  ['fields.ts', [...H264, `${OPEN_GOP}:b-pyramid=normal:ref=4:tff=1`, '-flags', '+ildct+ilme']],
  ['hevc.ts', ['-c:v', 'libx265', '-pix_fmt', 'yuv420p', '-x265-params', `${OPEN_GOP}:crf=6:log-level=none`]],
  ['mpeg2.ts', ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '12', '-bf', '2']],
];

function cut(name: string, from: number): string {
  const path = join(folder, `cut-${name}`);
  writeFileSync(path, readFileSync(join(folder, name)).subarray(from));
  return path;
}

describeWithEachFfmpeg('a broadcast stream that was cut out of a longer one', () => {
  test.each(OPEN)('begins at the first frame that depends on none before it: %s', async (name, encoder) => {
    const path = join(folder, name);
    await writeNumberedClip(path, { frames: FRAMES, framesPerSecond: 25, encoder });
    const packets = readFileSync(path).length / PACKET_BYTES;
    for (const share of [0.04, 0.11, 0.22, 0.33, 0.44, 0.55]) {
      const part = cut(name, Math.floor(packets * share) * PACKET_BYTES);
      const request = { sampling: { kind: 'uniform', frames: 24 } } as const;
      const numbers = await readNumbers(part, request);
      const rises = numbers.every((number, index) => index === 0 || number >= numbers[index - 1]!);
      expect([share, rises, numbers.at(-1)! >= FRAMES - 3]).toEqual([share, true, true]);
      const whole = await readFrames(part, { ...request, plan: 'whole' });
      expect(whole.some(({ isDamaged }) => isDamaged)).toBe(false);
      expect(await readFrames(part, { ...request, plan: 'seeks' })).toEqual(whole);
    }
  });

  test('is refused where no keyframe is left', async () => {
    const path = join(folder, 'one.ts');
    await writeNumberedClip(path, {
      frames: FRAMES,
      framesPerSecond: 25,
      encoder: [...H264, 'keyint=250:bframes=2:scenecut=0'],
    });
    const part = cut('one.ts', PACKET_BYTES * 40);
    await expect(readFrames(part)).rejects.toMatchObject({
      code: 'corrupt',
      problem: expect.stringContaining('has no keyframe for decoding to begin at: expected 4 frames, got 0'),
    });
  });
});
