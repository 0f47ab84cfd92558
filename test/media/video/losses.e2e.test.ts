import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Frame, openClip, type PlanChoice } from '../../../src/media/frames.js';
import { locateClip } from '../../../src/media/locate.js';
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
  /** How many of them are damaged: of the greater number, some are sure to be a frame's. */
  readonly units: readonly [number, number];
  /** Where the first unit begins. */
  readonly startOf: (content: Buffer) => number;
}

const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100', '-b:a', '32k', '-shortest'];
const dataObject = Buffer.from('3626b2758e66cf11a6d900aa0062ce6c', 'hex');
const ASF = {
  unitBytes: 3200,
  units: [1, 3] as const,
  startOf: (content: Buffer) => content.indexOf(dataObject) + 50,
};
const TS = { unitBytes: 188, units: [1, 11] as const, startOf: () => 0 };
const FLV = { unitBytes: 600, units: [1, 5] as const, startOf: () => 0 };
const AVI = { unitBytes: 900, units: [1, 5] as const, startOf: () => 0 };
const PS = { unitBytes: 900, units: [1, 5] as const, startOf: () => 0 };
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '8', '-g', '12'];

const CONTAINERS: readonly Container[] = [
  { name: 'wmv2.wmv', encoder: ['-c:v', 'wmv2', '-q:v', '2', '-g', '12'], ...ASF },
  { name: 'msmpeg4.asf', encoder: ['-c:v', 'msmpeg4', '-q:v', '2', '-g', '12'], ...ASF },
  { name: 'h264.ts', encoder: [...H264, '-bf', '2'], ...TS },
  { name: 'mpeg2.ts', encoder: ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '12'], ...TS },
  { name: 'flv1.flv', encoder: ['-c:v', 'flv1', '-q:v', '2', '-g', '12', '-ar', '44100'], ...FLV },
  { name: 'h264.flv', encoder: [...H264, '-bf', '2', '-ar', '44100'], ...FLV },
  { name: 'h264.mkv', encoder: [...H264, '-bf', '2'], unitBytes: 900, units: [1, 5], startOf: () => 0 },
  { name: 'mpeg4.avi', encoder: ['-c:v', 'mpeg4', '-q:v', '2', '-g', '12'], ...AVI },
  { name: 'mjpeg.avi', encoder: ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '2'], ...AVI },
  { name: 'h264.mpg', encoder: [...H264, '-bf', '2'], ...PS },
  { name: 'mpeg2.vob', encoder: ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '12'], ...PS },
  {
    name: 'theora.ogv',
    encoder: ['-c:v', 'libtheora', '-q:v', '10', '-g', '12'],
    unitBytes: 512,
    units: [1, 4],
    startOf: () => 0,
  },
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

const damagesOf = ({ units }: Container): Damage[] =>
  [false, true].flatMap((isCut) =>
    [0.3, 0.7].flatMap((share) => units.map((count) => ({ isCut, share, units: count }))),
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
      for (const damage of damagesOf(container)) {
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
    const path = damaged(container, { isCut: false, share: 0.5, units: container.units[1] });
    const read = [];
    for (const plan of PLANS) read.push(await readFrames(path, { ...EVERY, allowDamaged: true, plan }));
    for (const frames of read) expect(frames).toEqual(read[0]);
    expect(read[0]!.some(({ isDamaged }) => isDamaged)).toBe(true);
    // Before the damage, nothing is wrong.
    const part = { ...EVERY, endSeconds: 1 };
    expect(await readFrames(path, part)).toEqual(await readFrames(join(folder, container.name), part));
  });
});

describeWithEachFfmpeg('an AVI from which frames are lost', () => {
  const secondsOf = async (path: string) => {
    const preprocessing = { size: 96, fit: 'squash', kernel: 'linear' } as const;
    const request = { sampling: { kind: 'uniform', frames: 4 }, preprocessing } as const;
    return (await openClip(await locateClip(path), request)).durationSeconds;
  };

  test.each(['mpeg4.avi', 'mjpeg.avi'])('has the others at their times, and its length: %s', async (name) => {
    const path = join(folder, `less-${name}`);
    const content = readFileSync(join(folder, name));
    // Nothing but the index says that a chunk was here.
    const at = content.indexOf('00dc', Math.floor(content.length / 2));
    const bytes = 8 + content.readUInt32LE(at + 4);
    writeFileSync(path, content.fill(0, at, at + bytes));
    expect(await secondsOf(path)).toBeCloseTo(await secondsOf(join(folder, name)), 5);
    const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
    expect(frames.some(({ isDamaged }) => isDamaged)).toBe(true);
    expect(unmarked(frames, await readFrames(join(folder, name), EVERY))).toEqual([]);
  });

  test('is read as it is where the index is not there, or of another file', async () => {
    const content = readFileSync(join(folder, 'mjpeg.avi'));
    const index = content.lastIndexOf('idx1');
    const sound = await readFrames(join(folder, 'mjpeg.avi'), EVERY);
    for (const shift of [16 * 9, 0]) {
      const other = Buffer.from(content);
      if (shift > 0) other.copy(other, index + 8, index + 8 + shift);
      else other.write('JUNK', index, 'latin1');
      const path = join(folder, `index-${shift}.avi`);
      writeFileSync(path, other);
      const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
      expect(frames.map(({ pixels }) => pixels)).toEqual(sound.map(({ pixels }) => pixels));
    }
  });
});

describeWithEachFfmpeg('a broadcast stream of which nothing is lost', () => {
  const segments = (name: string) => [0, 1, 2].map((part) => readFileSync(join(folder, `${part}-${name}`)));
  const segment = async (name: string, options: readonly string[]) => {
    const input = ['-i', join(folder, 'h264.ts'), '-c', 'copy', ...options];
    const split = ['-f', 'segment', '-segment_time', '2', '-segment_format', 'mpegts'];
    await runFfmpeg([...input, ...split, join(folder, `%d-${name}`)]);
    return segments(name);
  };

  test('may begin anew to number its packets, where segments were joined', async () => {
    const path = join(folder, 'joined.ts');
    writeFileSync(path, Buffer.concat(await segment('plain.ts', [])));
    expect((await readFrames(path, EVERY)).some(({ isDamaged }) => isDamaged)).toBe(false);
    expect(await readFrames(path, EVERY)).toEqual(await readFrames(join(folder, 'h264.ts'), EVERY));
  });

  test('may have recordings joined to it, and begin and end anywhere', async () => {
    const [first, second, third] = await segment('parts.ts', []);
    const whole = readFileSync(join(folder, 'h264.ts'));
    for (const parts of [[third!, first!], [second!, second!], [whole.subarray(188 * 21)], [whole, whole]]) {
      const path = join(folder, 'other.ts');
      writeFileSync(path, Buffer.concat(parts));
      expect((await readFrames(path, EVERY)).some(({ isDamaged }) => isDamaged)).toBe(false);
    }
  });

  test('takes a WMV for sound whose index is longer than a packet', async () => {
    const path = join(folder, 'index.wmv');
    await runFfmpeg(['-i', join(folder, 'silent-wmv2.wmv'), '-c', 'copy', '-packet_size', '100', path]);
    expect(await readFrames(path, EVERY)).toEqual(await readFrames(join(folder, 'silent-wmv2.wmv'), EVERY));
  });

  test('may have other bytes beside its packets, as on a Blu-ray', async () => {
    const path = join(folder, 'blu-ray.m2ts');
    await runFfmpeg(['-i', join(folder, 'h264.ts'), '-c', 'copy', '-mpegts_m2ts_mode', '1', path]);
    expect(await readFrames(path, EVERY)).toEqual(await readFrames(join(folder, 'h264.ts'), EVERY));
    // Each packet has four bytes more.
    const content = readFileSync(path);
    const at = 192 * Math.floor(content.length / 2 / 192);
    writeFileSync(path, content.fill(0, at, at + 192 * 5));
    await expect(readFrames(path, EVERY)).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describeWithEachFfmpeg('a clip that is cut off', () => {
  const cuts = ['wmv2.wmv', 'theora.ogv', 'h264.flv'].flatMap((name) =>
    [0.4, 0.7].map((share) => ({ name, share })),
  );

  test.each(cuts)('is partial: $name at $share of its length', async ({ name, share }) => {
    const content = readFileSync(join(folder, name));
    const path = join(folder, `cut-${name}`);
    writeFileSync(path, content.subarray(0, Math.floor(content.length * share)));
    await expect(readFrames(path)).rejects.toMatchObject({
      code: 'partial',
      problem: expect.stringMatching(/breaks off after \d+ frames;/),
    });
    expect(await readFrames(path, { endSeconds: 1 })).toHaveLength(4);
  });
});
