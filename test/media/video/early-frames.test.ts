import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLAN_KINDS } from '../../../src/media/video/decode-plan.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-early-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 50;
const EVERY = { sampling: { kind: 'uniform', frames: FRAMES } } as const;
const H264 = '-c:v libx264 -pix_fmt yuv420p -crf 8 -g 12 -bf 3'.split(' ');
const early = (seconds: number) => join(folder, `early-${seconds}.mkv`);

beforeAll(async () => {
  const film = join(folder, 'film.mkv');
  await writeNumberedClip(film, { frames: FRAMES, framesPerSecond: 25, encoder: H264 });
  for (const seconds of [0.5, 3]) {
    const offset = ['-copyts', '-output_ts_offset', `-${seconds}`, '-avoid_negative_ts', 'disabled'];
    await runFfmpeg(['-i', film, '-c', 'copy', ...offset, early(seconds)]);
  }
});

describeWithEachFfmpeg('a Matroska whose times begin before 0', () => {
  test.each([0.5, 3])('shows all of its frames in their order: %f s before', async (seconds) => {
    const numbers = await readNumbers(early(seconds), EVERY);
    expect(numbers).toEqual([...Array(FRAMES).keys()]);
  });

  test.each(PLAN_KINDS)('shows the same by each plan: %s', async (plan) => {
    const frames = await readFrames(early(0.5), { plan });
    expect(frames).toEqual(await readFrames(early(0.5), { plan: 'whole' }));
  });
});
