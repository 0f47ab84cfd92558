import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { UserError } from '../../../src/errors.js';
import { openClip } from '../../../src/media/frames.js';
import { locateClip } from '../../../src/media/locate.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';
import { sharedFolder } from '../../support/shared.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-joined-'));
afterAll(() => rmSync(folder, { recursive: true }));

const request = { sampling: { kind: 'uniform', frames: 8 } } as const;

/** Recordings of two seconds each, whose time stamps begin where they are told to. */
async function joined(name: string, starts: readonly number[], encoder: readonly string[]): Promise<string> {
  const parts: Buffer[] = [];
  for (const [index, start] of starts.entries()) {
    const part = join(folder, `part-${index}-${name}`);
    const options = [...encoder, '-output_ts_offset', String(start)];
    await writeNumberedClip(part, { frames: 50, framesPerSecond: 25, encoder: options });
    parts.push(readFileSync(part));
  }
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '10', '-g', '12'];
const MPEG2 = ['-c:v', 'mpeg2video', '-q:v', '2'];

describeWithEachFfmpeg('recordings that were joined into one stream', () => {
  test.each([
    ['same.ts', [0, 0], H264],
    ['earlier.ts', [900, 30], H264],
    ['hours-later.ts', [30, 9000], H264],
    ['same.mpg', [0, 0], MPEG2],
    ['hours-later.mpg', [30, 9000], MPEG2],
  ] as const)('have the length and the times of the whole: %s', async (name, starts, encoder) => {
    const path = await joined(name, starts, encoder);
    const frames = await readFrames(path, request);
    const expected = [0.24, 0.76, 1.24, 1.76, 2.24, 2.76, 3.24, 3.76];
    frames.forEach(({ timeSeconds }, index) => {
      expect(Math.abs(timeSeconds - expected[index]!)).toBeLessThanOrEqual(0.05);
    });
    const numbers = await readNumbers(path, request);
    [6, 19, 31, 44, 6, 19, 31, 44].forEach((number, index) => {
      expect(Math.abs(numbers[index]! - number)).toBeLessThanOrEqual(1);
    });
  });

  test.each([
    ['later', ['-output_ts_offset', '95440']],
    ['at the same time', []],
  ])(
    'are refused where each is a stream of its own, %s, with a command that helps',
    async (_name, offset) => {
      const parts = [join(folder, 'first.ts'), join(folder, 'second.ts')] as const;
      const clip = { frames: 50, framesPerSecond: 25 };
      await writeNumberedClip(parts[0], {
        ...clip,
        encoder: [...H264, '-mpegts_start_pid', '500', ...offset],
      });
      await writeNumberedClip(parts[1], { ...clip, encoder: H264 });
      const path = join(folder, 'parts.ts');
      writeFileSync(path, Buffer.concat(parts.map((part) => readFileSync(part))));
      const failure: unknown = await readFrames(path).catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({
        code: 'unreadable',
        problem: expect.stringMatching(/parts\.ts holds 2 recordings one after the other/),
      });
      const [, options] = /-filter_complex "(.*?)" /.exec((failure as UserError).fix) ?? [];
      const whole = join(folder, 'parts-whole.mp4');
      await runFfmpeg(['-i', path, '-an', '-filter_complex', options!, whole]);
      const numbers = await readNumbers(whole, request);
      [6, 19, 31, 44, 6, 19, 31, 44].forEach((number, index) => {
        expect(Math.abs(numbers[index]! - number)).toBeLessThanOrEqual(1);
      });
    },
  );

  test('are told from streams side by side, of which the first is read', async () => {
    const one = join(folder, 'one.ts');
    await writeNumberedClip(one, { frames: 50, framesPerSecond: 25, encoder: H264 });
    const path = join(folder, 'side-by-side.ts');
    await runFfmpeg(['-i', one, '-i', one, '-map', '0', '-map', '1', '-c', 'copy', path]);
    expect(await readNumbers(path)).toEqual(await readNumbers(one));
  });

  test.skipIf(!sharedFolder)('as they were found', async () => {
    const located = await locateClip(join(sharedFolder!, 'reproducers/media/joined.ts'));
    const preprocessing = { size: 96, fit: 'squash', kernel: 'linear' } as const;
    expect((await openClip(located, { ...request, preprocessing })).durationSeconds).toBeCloseTo(4, 2);
  });
});

describeWithEachFfmpeg('a broadcast stream with a pause of more than ten seconds', () => {
  /** One second, and another one 20 s later. */
  const PAUSE = ['-vf', 'setpts=PTS+if(gte(N\\,25)\\,20/TB\\,0)', '-vsync', 'passthrough'];
  const SECONDS = 22;
  const numbersOf = async (path: string, seconds: number) =>
    readNumbers(path, { sampling: { kind: 'uniform', frames: seconds } });
  const expectNumbers = (numbers: readonly number[], expected: readonly number[]) => {
    expect(numbers).toHaveLength(expected.length);
    numbers.forEach((number, index) => {
      expect([index, Math.abs(number - expected[index]!)]).toSatisfy(([, off]) => off <= 1);
    });
  };
  const PAUSED = [12, ...Array.from({ length: SECONDS - 2 }, () => 24), 37];

  test.each([
    ['h264.ts', [...H264, '-bf', '2']],
    ['mpeg2.ts', MPEG2],
    ['mpeg2.mpg', MPEG2],
  ])('shows a frame until the next one, also where others are joined to it: %s', async (name, encoder) => {
    const clip = { frames: 50, framesPerSecond: 25 };
    const [paused, plain] = [join(folder, `paused-${name}`), join(folder, `plain-${name}`)] as const;
    await writeNumberedClip(paused, { ...clip, encoder: [...encoder, ...PAUSE] });
    await writeNumberedClip(plain, { ...clip, encoder });
    expectNumbers(await numbersOf(paused, SECONDS), PAUSED);
    for (const plan of ['whole', 'seeks'] as const) {
      const request = { sampling: { kind: 'uniform', frames: SECONDS } } as const;
      expect(await readFrames(paused, { ...request, plan })).toEqual(await readFrames(paused, request));
    }
    const both = join(folder, `both-${name}`);
    for (const [parts, expected] of [
      [
        [paused, plain],
        [...PAUSED, 12, 37],
      ],
      [
        [plain, paused],
        [12, 37, ...PAUSED],
      ],
    ] as const) {
      writeFileSync(both, Buffer.concat(parts.map((part) => readFileSync(part))));
      expectNumbers(await numbersOf(both, SECONDS + 2), expected);
    }
  });
});

describeWithEachFfmpeg('a broadcast stream that was cut anywhere and joined to itself', () => {
  test('is no longer than its frames', async () => {
    const whole = join(folder, 'whole.ts');
    const encoder = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '25', '-bf', '3'];
    await writeNumberedClip(whole, { frames: 100, framesPerSecond: 25, encoder });
    const content = readFileSync(whole);
    const cut = content.subarray(Math.floor((content.length * 0.4) / 188) * 188);
    const path = join(folder, 'cut.ts');
    writeFileSync(path, Buffer.concat([cut, cut]));
    const clip = await openClip(await locateClip(path), {
      ...request,
      preprocessing: { size: 96, fit: 'squash', kernel: 'linear' },
      allowDamaged: true,
    });
    expect(clip.durationSeconds).toBeGreaterThan(3.5);
    expect(clip.durationSeconds).toBeLessThan(4.96);
  });
});
