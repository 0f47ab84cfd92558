import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Frame, PlanChoice } from '../../../src/media/frames.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames } from '../../support/read-numbers.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-losses-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 60;
const EVERY = { sampling: { kind: 'uniform', frames: FRAMES } } as const;
const PLANS: readonly PlanChoice[] = ['whole', 'keyframes', 'excerpt', 'seeks'];

/** A file with sound beside its frames, in which units of bytes are wiped out or cut out. */
interface Container {
  readonly name: string;
  readonly encoder: readonly string[];
  readonly unitBytes: number;
  /** Where the first unit begins. */
  readonly startOf: (content: Buffer) => number;
}

const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100', '-shortest'];
const dataObject = Buffer.from('3626b2758e66cf11a6d900aa0062ce6c', 'hex');
const ASF = { unitBytes: 3200, startOf: (content: Buffer) => content.indexOf(dataObject) + 50 };

const CONTAINERS: readonly Container[] = [
  { name: 'wmv2.wmv', encoder: ['-c:v', 'wmv2', '-q:v', '2', '-g', '12'], ...ASF },
  { name: 'msmpeg4.asf', encoder: ['-c:v', 'msmpeg4', '-q:v', '2', '-g', '12'], ...ASF },
];

beforeAll(async () => {
  for (const { name, encoder } of CONTAINERS) {
    const silent = join(folder, `silent-${name}`);
    await writeNumberedClip(silent, { frames: FRAMES, framesPerSecond: 10, encoder });
    await runFfmpeg(['-i', silent, ...SOUND, '-c:v', 'copy', '-t', '6', join(folder, name)]);
  }
});

function damaged({ name, unitBytes, startOf }: Container, damage: Damage): string {
  const content = readFileSync(join(folder, name));
  const start = startOf(content);
  const at = start + Math.floor(((content.length - start) * damage.share) / unitBytes) * unitBytes;
  const end = at + damage.units * unitBytes;
  const path = join(folder, `damaged-${name}`);
  writeFileSync(
    path,
    damage.isCut
      ? Buffer.concat([content.subarray(0, at), content.subarray(end)])
      : content.fill(0, at, Math.min(content.length, end)),
  );
  return path;
}

interface Damage {
  readonly isCut: boolean;
  readonly share: number;
  readonly units: number;
}

const DAMAGES: readonly Damage[] = [false, true].flatMap((isCut) =>
  [0.25, 0.5, 0.75].flatMap((share) => [1, 3].map((units) => ({ isCut, share, units }))),
);

/** Frames that differ from those of the sound clip at their times, and do not say so. */
const unmarked = (frames: readonly Frame[], sound: readonly Frame[]): Frame[] =>
  frames.filter(({ timeSeconds, pixels, isDamaged }) => {
    const own = sound.find((frame) => Math.abs(frame.timeSeconds - timeSeconds) < 0.001);
    return !isDamaged && !own?.pixels.every((level, at) => level === pixels[at]);
  });

describeWithEachFfmpeg('a clip of which parts are lost, where ffmpeg says nothing', () => {
  test.each(CONTAINERS)(
    'tells which frames depend on them: $name',
    async (container) => {
      const sound = await readFrames(join(folder, container.name), EVERY);
      for (const damage of DAMAGES) {
        const path = damaged(container, damage);
        const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
        expect([damage, unmarked(frames, sound).length]).toEqual([damage, 0]);
        const lost = FRAMES - new Set(frames.map(({ timeSeconds }) => timeSeconds)).size;
        const marked = frames.filter(({ isDamaged }) => isDamaged).length;
        if (lost > 0) expect([damage, marked]).not.toEqual([damage, 0]);
        expect(marked).toBeLessThan(40);
        if (marked > 0) await expect(readFrames(path, EVERY)).rejects.toMatchObject({ code: 'corrupt' });
      }
    },
    120_000,
  );

  test.each(CONTAINERS)('is read alike by every plan: $name', async (container) => {
    const path = damaged(container, { isCut: false, share: 0.5, units: 3 });
    const read = [];
    for (const plan of PLANS) read.push(await readFrames(path, { ...EVERY, allowDamaged: true, plan }));
    for (const frames of read) expect(frames).toEqual(read[0]);
    expect(read[0]!.some(({ isDamaged }) => isDamaged)).toBe(true);
    // Before the damage, nothing is wrong.
    const part = { ...EVERY, endSeconds: 1 };
    expect(await readFrames(path, part)).toEqual(await readFrames(join(folder, container.name), part));
  });
});

describeWithEachFfmpeg('a WMV that is cut off', () => {
  test.each([0.4, 0.7])('is partial: at %f of its length', async (share) => {
    const content = readFileSync(join(folder, 'wmv2.wmv'));
    const path = join(folder, 'cut.wmv');
    writeFileSync(path, content.subarray(0, Math.floor(content.length * share)));
    await expect(readFrames(path)).rejects.toMatchObject({
      code: 'partial',
      problem: expect.stringMatching(/breaks off: got \d+;/),
    });
    expect(await readFrames(path, { endSeconds: 1 })).toHaveLength(4);
  });
});
