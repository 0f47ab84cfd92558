import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Preprocessing } from '../../../../src/media/frame-schema.js';
import { type Frame, openClip } from '../../../../src/media/frames.js';
import { locateClip } from '../../../../src/media/locate.js';
import { readExcerpt } from '../../../../src/media/video/mp4/excerpt.js';
import { neededSamples } from '../../../../src/media/video/mp4/needed-samples.js';
import { readMp4Report } from '../../../../src/media/video/mp4/report.js';
import { indexFrames } from '../../../../src/media/video/packet-index.js';
import { describeWithEachFfmpeg } from '../../../support/ffmpeg.js';
import { readNumber, writeNumberedClip } from '../../../support/numbered-clip.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-excerpt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '50', '-sc_threshold', '0'];
const H265 = [
  '-c:v',
  'libx265',
  '-pix_fmt',
  'yuv420p',
  '-x265-params',
  'log-level=none:keyint=50:scenecut=0',
];

/** Of 200 frames, with keyframes every 50. */
const CLIPS: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['plain.mp4', H264],
  ['in-order.mp4', [...H264, '-bf', '0']],
  ['many-b.mp4', [...H264, '-bf', '8']],
  ['no-pyramid.mp4', [...H264, '-bf', '3', '-x264-params', 'b-pyramid=none']],
  ['many-references.mp4', [...H264, '-refs', '8', '-x264-params', 'weightp=2']],
  ['interlaced.mp4', [...H264, '-flags', '+ildct+ilme']],
  ['intra-refresh.mp4', [...H264, '-x264-params', 'intra-refresh=1']],
  ['open-groups.mp4', [...H264, '-x264-params', 'open-gop=1']],
  ['ntsc.mp4', [...H264, '-r', '30000/1001']],
  ['turned.mov', [...H264, '-metadata:s:v', 'rotate=90']],
  ['hevc.mp4', [...H265, '-tag:v', 'hvc1']],
];

const NAMES = CLIPS.map(([name]) => name);

beforeAll(async () => {
  for (const [name, encoder] of CLIPS) {
    await writeNumberedClip(join(folder, name), { frames: 200, framesPerSecond: 25, encoder });
  }
}, 120_000);

const preprocessing: Preprocessing = { size: 96, fit: 'squash', kernel: 'linear' };

async function read(name: string, plan: 'whole' | 'excerpt', frames: number): Promise<Frame[]> {
  const sampling = { kind: 'uniform', frames } as const;
  const clip = await openClip(await locateClip(join(folder, name)), { sampling, preprocessing, plan });
  expect(clip.plan).toBe(plan);
  const taken: Frame[] = [];
  for await (const frame of clip.frames) taken.push(frame);
  return taken;
}

/** How many of a clip's frames are handed to ffmpeg for some of them. */
async function countHandedOver(name: string, frames: readonly number[]): Promise<number> {
  const path = join(folder, name);
  const report = await readMp4Report(path);
  if (!report) throw new Error(`${name} is not ordinary`);
  const facts = { storesTimeStamps: true, framesPerSecond: 25, durationSeconds: 8 };
  const samples = neededSamples(indexFrames(report.packets, facts)!, report.stored, frames);
  // The first segment has no frame.
  let count = -1;
  for await (const _ of readExcerpt({ path, stored: report.stored, ...samples! })) count += 1;
  return count;
}

describeWithEachFfmpeg('an excerpt of an MP4 file', () => {
  test.each(NAMES)('gives the very same frames and times as the whole: %s', async (name) => {
    const [whole, excerpt] = await Promise.all([read(name, 'whole', 16), read(name, 'excerpt', 16)]);
    expect(excerpt).toEqual(whole);
  });

  test('gives the sampled frames where its list of keyframes is wrong', async () => {
    const content = readFileSync(join(folder, 'plain.mp4'));
    // Frame 52 in place of frame 50: the second entry of the list, which counts from 1.
    content.writeUInt32BE(53, content.indexOf('stss') + 16);
    writeFileSync(join(folder, 'misleading.mp4'), content);
    const numbers = (await read('misleading.mp4', 'excerpt', 4)).map(({ pixels }) => readNumber(pixels));
    expect(numbers).toEqual([25, 75, 125, 175]);
  });

  test('ends with what the whole file gives when frames are lost after it was opened', async () => {
    const path = join(folder, 'shrinking.mp4');
    writeFileSync(path, readFileSync(join(folder, 'plain.mp4')));
    const sampling = { kind: 'uniform', frames: 8 } as const;
    const clip = await openClip(await locateClip(path), { sampling, preprocessing, plan: 'excerpt' });
    truncateSync(path, 5000);
    const reading = (async () => {
      for await (const _ of clip.frames);
    })();
    await expect(reading).rejects.toMatchObject({
      code: expect.stringMatching(/^(corrupt|partial|no_frames)$/),
    });
  });
});

describe('what is handed over', () => {
  test('reaches back to the keyframe before a wanted frame, and no further', async () => {
    expect(await countHandedOver('in-order.mp4', [110])).toBe(11);
    expect(await countHandedOver('in-order.mp4', [3, 110, 115])).toBe(4 + 16);
    expect(await countHandedOver('in-order.mp4', [0, 50, 100, 150])).toBe(4);
  });

  test('leaves out frames on which no other depends, unless they are wanted', async () => {
    const every = Array.from({ length: 200 }, (_, frame) => frame);
    expect(await countHandedOver('no-pyramid.mp4', every)).toBe(200);
    const few = await countHandedOver('no-pyramid.mp4', [49, 99, 149, 199]);
    // Of four frames in a row, three are B-frames.
    expect(few).toBeGreaterThanOrEqual(50);
    expect(few).toBeLessThan(80);
  });
});
