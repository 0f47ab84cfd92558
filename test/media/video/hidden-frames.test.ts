import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClip } from '../../../src/media/frames.js';
import { locateClip } from '../../../src/media/locate.js';
import { readMp4Report } from '../../../src/media/video/mp4/report.js';
import { withFillers } from '../../support/avi.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { type Edit, timeScales, withEditList } from '../../support/mp4-boxes.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';
import { sharedFolder } from '../../support/shared.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-hidden-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 100;
const RATE = 25;
/** How much later frames are shown than decoded, where some are stored out of order. */
const DELAY_SECONDS = 2 / RATE;
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '10'];
const CODECS = [
  ['h264', [...H264, '-g', '10', '-bf', '2'], DELAY_SECONDS],
  ['one keyframe', [...H264, '-g', '250', '-bf', '3'], DELAY_SECONDS],
  ['mpeg4', ['-c:v', 'mpeg4', '-q:v', '2', '-g', '10'], 0],
] as const;

/** Start and length of what each edit shows, in seconds of the clip; null: nothing is shown for so long. */
type Shown = readonly [startSeconds: number | null, seconds: number];
const EDITS: ReadonlyArray<readonly [name: string, shown: readonly Shown[], frames: readonly number[]]> = [
  ['everything', [[0, 4]], [12, 37, 62, 87]],
  ['0.2 s skipped', [[0.2, 3.8]], [16, 40, 64, 88]],
  ['half of it skipped', [[2, 2]], [56, 68, 81, 93]],
  ['all but the end skipped', [[3.6, 0.4]], [91, 93, 96, 98]],
  ['the end skipped', [[0, 2]], [6, 18, 31, 43]],
  ['both ends skipped', [[1.52, 1]], [41, 47, 53, 59]],
  [
    'a pause before the start',
    [
      [null, 0.5],
      [0, 4],
    ],
    [12, 37, 62, 87],
  ],
  [
    'a pause and a skipped start',
    [
      [null, 0.5],
      [2, 2],
    ],
    [56, 68, 81, 93],
  ],
];

/** A part of several, of which ffmpeg may show a frame less at each seam. */
const JOINED: ReadonlyArray<readonly [name: string, shown: readonly Shown[], frames: readonly number[]]> = [
  [
    'two parts',
    [
      [0.4, 1],
      [2.4, 1],
    ],
    [16, 28, 66, 78],
  ],
  [
    'two parts in another order',
    [
      [2.4, 1],
      [0.4, 1],
    ],
    [66, 78, 16, 28],
  ],
  [
    'a part twice',
    [
      [1, 1],
      [1, 1],
    ],
    [31, 43, 31, 43],
  ],
  [
    'three parts',
    [
      [0.4, 0.4],
      [1.2, 0.4],
      [3, 0.4],
    ],
    [13, 31, 38, 81],
  ],
];

beforeAll(async () => {
  for (const [codec, encoder] of CODECS) {
    await writeNumberedClip(join(folder, `${codec}.mp4`), { frames: FRAMES, framesPerSecond: RATE, encoder });
  }
});

function editedClip(codec: string, shown: readonly Shown[], place: 'start' | 'end'): string {
  const whole = readFileSync(join(folder, `${codec}.mp4`));
  const delay = CODECS.find(([name]) => name === codec)![2];
  const { movie, track } = timeScales(whole);
  const edits = shown.map(
    ([start, seconds]): Edit => ({
      durationTicks: Math.round(seconds * movie),
      mediaTicks: start === null ? -1 : Math.round((start + delay) * track),
    }),
  );
  const path = join(folder, 'edited.mp4');
  writeFileSync(path, withEditList(whole, edits, place));
  return path;
}

describeWithEachFfmpeg('frames that an edit list hides are not missing', () => {
  describe.each(CODECS)('%s', (codec) => {
    test.each(EDITS)('%s', async (_name, shown, expected) => {
      for (const place of ['start', 'end'] as const) {
        const path = editedClip(codec, shown, place);
        for (const plan of ['exact', 'whole', 'seeks'] as const) {
          expect(await readNumbers(path, { plan })).toEqual(expected);
        }
      }
    });
  });

  test.each(JOINED)('%s', async (_name, shown, expected) => {
    const numbers = await readNumbers(editedClip('h264', shown, 'end'));
    numbers.forEach((number, index) => {
      expect(Math.abs(number - expected[index]!)).toBeLessThanOrEqual(1);
    });
  });

  test('many short parts, between whose stamps ffmpeg goes to and fro', async () => {
    // Every other one of four seconds' forty pieces.
    const shown = Array.from({ length: 20 }, (_, part): Shown => [part * 0.2, 0.1]);
    const path = editedClip('h264', shown, 'start');
    const preprocessing = { size: 96, fit: 'squash', kernel: 'linear' } as const;
    for (const plan of ['exact', 'whole', 'seeks'] as const) {
      const request = { plan, preprocessing, sampling: { kind: 'uniform', frames: 8 } } as const;
      const { durationSeconds } = await openClip(await locateClip(path), request);
      expect(Math.abs(durationSeconds - 2)).toBeLessThan(0.5);
      const numbers = await readNumbers(path, request);
      [6, 18, 31, 43, 56, 68, 81, 93].forEach((number, index) => {
        expect(Math.abs(numbers[index]! - number)).toBeLessThanOrEqual(5);
      });
    }
  });

  test('a pause between two parts', async () => {
    const path = editedClip(
      'h264',
      [
        [0.4, 1],
        [null, 0.5],
        [2.4, 1],
      ],
      'start',
    );
    const numbers = await readNumbers(path, { sampling: { kind: 'uniform', frames: 16 } });
    expect(numbers).toHaveLength(16);
    expect(numbers[0]).toBeLessThan(14);
    expect(numbers[15]).toBeGreaterThan(80);
  });

  test.each([
    ['0.7', ['-c', 'copy']],
    ['2', ['-c', 'copy', '-movflags', '+faststart']],
    ['3.3', ['-c', 'copy', '-movflags', 'negative_cts_offsets']],
  ])('a copy from %s s on', async (start, options) => {
    const path = join(folder, 'copy.mp4');
    await runFfmpeg(['-ss', start, '-i', join(folder, 'h264.mp4'), ...options, path]);
    const frames = await readFrames(path, {
      sampling: { kind: 'fps', framesPerSecond: RATE, maxFrames: 200 },
    });
    expect(frames.length).toBe(Math.floor(FRAMES - Number(start) * RATE));
  });

  test('but those that are shown and lie after the end of the file are', async () => {
    const path = editedClip('h264', [[0.4, 3]], 'start');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * 0.6)));
    await expect(readNumbers(path)).rejects.toMatchObject({
      code: 'partial',
      problem: expect.stringMatching(/expected 75 frames, got \d\d;/),
      fix: expect.stringContaining(`ffmpeg -i ${path} -c copy ${join(folder, 'edited-whole.mp4')}`),
    });
  });

  test('nor are those missed that are hidden and lie after it', async () => {
    const path = editedClip('h264', [[0, 1]], 'start');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * 0.7)));
    expect(await readNumbers(path)).toEqual([3, 9, 15, 21]);
  });
});

test("the header's own list is not used where anything is hidden", async () => {
  for (const [, shown] of EDITS.slice(1)) {
    expect(await readMp4Report(editedClip('h264', shown, 'start'))).toBeNull();
  }
});

describeWithEachFfmpeg('packets of which no frame comes', () => {
  test('are not lost frames', async () => {
    const sound = join(folder, 'sound.avi');
    // Which says what wrote it: of others, ffmpeg takes a filler for damage.
    const encoder = ['-c:v', 'libxvid', '-pix_fmt', 'yuv420p', '-q:v', '2', '-bf', '1'];
    await writeNumberedClip(sound, { frames: 40, framesPerSecond: RATE, encoder });
    const path = join(folder, 'filled.avi');
    writeFileSync(path, withFillers(readFileSync(sound), { after: [0, 1, 20, 38, 39] }));
    const sampling = { kind: 'fps', framesPerSecond: RATE, maxFrames: 100 } as const;
    const numbers = await readNumbers(path, { sampling });
    expect([...new Set(numbers)]).toEqual(Array.from({ length: 40 }, (_, number) => number));
  });

  test.skipIf(!sharedFolder)('nor in a clip as a camera recorded it', async () => {
    const path = join(sharedFolder!, 'datasets/ut-interaction-set1/point/set1_33_6.avi');
    const times = (
      await readFrames(path, { sampling: { kind: 'fps', framesPerSecond: 30, maxFrames: 999 } })
    ).map(({ timeSeconds }) => timeSeconds);
    expect(new Set(times).size).toBe(127);
    expect(await readFrames(path, { sampling: { kind: 'uniform', frames: 32 } })).toHaveLength(32);
  });
});
