import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { runFfmpeg } from '../../support/numbered-clip.js';
import { readFrames } from '../../support/read-numbers.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-dv-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 20;
const EVERY = { sampling: { kind: 'uniform', frames: FRAMES } } as const;
const KINDS = [
  ['pal.dv', 144_000, ['-s', '720x576', '-pix_fmt', 'yuv420p', '-r', '25']],
  ['ntsc.dv', 120_000, ['-s', '720x480', '-pix_fmt', 'yuv411p', '-r', '30000/1001']],
  ['pro.dv', 288_000, ['-s', '720x576', '-pix_fmt', 'yuv422p', '-r', '25']],
] as const;

beforeAll(async () => {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=2'];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-ac', '2', '-shortest'];
  for (const [name, , kind] of KINDS) {
    const options = [...kind, '-frames:v', String(FRAMES), join(folder, name)];
    await runFfmpeg([...source, ...(name === 'pro.dv' ? [] : sound), '-c:v', 'dvvideo', ...options]);
  }
});

function wiped(name: string, start: number, bytes: number): string {
  const path = join(folder, `wiped-${name}`);
  writeFileSync(path, readFileSync(join(folder, name)).fill(0, start, start + bytes));
  return path;
}

describeWithEachFfmpeg('a DV', () => {
  test.each(KINDS)('is sound, or has a frame of which a part is wiped out: %s', async (name, frameBytes) => {
    const sound = await readFrames(join(folder, name), EVERY);
    expect(sound.filter(({ isDamaged }) => isDamaged)).toEqual([]);
    const path = wiped(name, 4 * frameBytes + 50_000, 4000);
    await expect(readFrames(path, EVERY)).rejects.toMatchObject({ code: 'corrupt' });
    const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
    const rate = name === 'ntsc.dv' ? 30_000 / 1001 : 25;
    const damaged = frames.filter(({ isDamaged }) => isDamaged);
    const numbers = damaged.map(({ timeSeconds }) => Math.round(timeSeconds * rate));
    expect(new Set(numbers)).toEqual(new Set([4]));
  });

  // ffmpeg takes what has no header for NTSC.
  test.each([
    ['pal.dv', 'partial'],
    ['ntsc.dv', 'corrupt'],
    ['pro.dv', 'partial'],
  ])('is damaged where whole frames are wiped out: %s', async (name, code) => {
    const [, frameBytes] = KINDS.find(([other]) => other === name)!;
    const path = wiped(name, 4 * frameBytes, 2 * frameBytes);
    await expect(readFrames(path, EVERY)).rejects.toMatchObject({ code });
  });
});
