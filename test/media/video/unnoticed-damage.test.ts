import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlanChoice } from '../../../src/media/frames.js';
import { random } from '../../../src/random.js';
import { runFfmpeg } from '../../support/numbered-clip.js';
import { readFrames } from '../../support/read-numbers.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-unnoticed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const clip = join(folder, 'clip.mp4');
beforeAll(async () => {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=4'];
  const groups = 'log-level=none:open-gop=1:keyint=50:min-keyint=50:scenecut=0:bframes=8:b-adapt=0:pools=1';
  await runFfmpeg([...source, '-c:v', 'libx265', '-pix_fmt', 'yuv420p', '-x265-params', groups, clip]);
});

/** A copy in which some bits are flipped, of some of which the decoder says nothing: the pictures have no hashes. */
function damaged(seed: number): string {
  const content = Buffer.from(readFileSync(clip));
  const stream = random(seed, 'x');
  const end = content.lastIndexOf('moov') - 100;
  for (let flip = 0; flip < 25; flip++) {
    const at = stream.integer(Math.floor(end * 0.15), end);
    content[at]! ^= 1 << stream.integer(0, 8);
  }
  const path = join(folder, `damaged-${seed}.mp4`);
  writeFileSync(path, content);
  return path;
}

const PLANS: readonly PlanChoice[] = ['whole', 'whole', 'whole', 'excerpt', 'seeks'];

test.each([9, 12])(
  'H.265 with damage %i, not all of which is noticed, shows the same in each run',
  async (seed) => {
    const path = damaged(seed);
    const sampling = { kind: 'uniform', frames: 100 } as const;
    const runs: unknown[] = [];
    // One after the other, so that the decoder's threads are at work together.
    for (const plan of PLANS)
      runs.push(await readFrames(path, { plan, decoderThreads: 4, allowDamaged: true, sampling }));
    for (const run of runs) expect(run).toEqual(runs[0]);
  },
);
