import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMp4Report } from '../../../../src/media/video/mp4/report.js';
import { indexFrames } from '../../../../src/media/video/packet-index.js';
import { type ProbeReport, readProbeReport } from '../../../../src/media/video/probe-report.js';
import { createTimeBudget } from '../../../../src/platform/child-process/time-budget.js';
import { random } from '../../../../src/random.js';
import { describeWithEachFfmpeg } from '../../../support/ffmpeg.js';
import { runFfmpeg, writeNumberedClip } from '../../../support/numbered-clip.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-mp4-'));
afterAll(() => rmSync(folder, { recursive: true }));

const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
const H265 = ['-c:v', 'libx265', '-pix_fmt', 'yuv420p', '-x265-params', 'log-level=none'];

const ORDINARY: ReadonlyArray<readonly [name: string, framesPerSecond: number, encoder: readonly string[]]> =
  [
    ['plain.mp4', 25, H264],
    ['in-order.mp4', 25, [...H264, '-bf', '0']],
    ['many-b.mp4', 30, [...H264, '-bf', '8', '-g', '12']],
    ['all-key.mp4', 10, [...H264, '-g', '1']],
    ['ntsc.mp4', 29.97, [...H264, '-r', '30000/1001']],
    ['slow.mp4', 1, H264],
    ['scale.mp4', 24, [...H264, '-video_track_timescale', '90000']],
    ['faststart.mov', 12.5, [...H264, '-movflags', '+faststart']],
    ['hevc.mp4', 25, [...H265, '-tag:v', 'hvc1']],
    ['turned.mp4', 25, [...H264, '-metadata:s:v', 'rotate=90']],
    ['wide-pixels.mp4', 25, [...H264, '-vf', 'setsar=2']],
    ['single.mp4', 25, [...H264, '-frames:v', '1']],
  ];

/** For which ffprobe is asked. */
const OTHERS: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['fragments.mp4', [...H264, '-movflags', 'frag_keyframe+empty_moov']],
  ['mpeg4.mp4', ['-c:v', 'mpeg4']],
  ['clip.mkv', H264],
];

beforeAll(async () => {
  for (const [name, framesPerSecond, encoder] of ORDINARY) {
    await writeNumberedClip(join(folder, name), { frames: 40, framesPerSecond, encoder });
  }
  for (const [name, encoder] of OTHERS) {
    await writeNumberedClip(join(folder, name), { frames: 40, framesPerSecond: 25, encoder });
  }
  const cut = ['-ss', '0.5', '-i', join(folder, 'plain.mp4'), '-c', 'copy', join(folder, 'trimmed.mp4')];
  await runFfmpeg(cut);
  const select = ['-vf', "select='lt(n,10)+gte(n,20)'", '-vsync', 'vfr', ...H264];
  await runFfmpeg(['-i', join(folder, 'plain.mp4'), ...select, join(folder, 'uneven.mp4')]);
});

/** All that is made of a report, but for the words of a program that was run. */
function facts({ format, stream, packets, leastPacketBytes }: ProbeReport) {
  const index = indexFrames(packets, {
    storesTimeStamps: true,
    framesPerSecond: stream?.avg_frame_rate ?? Number.NaN,
    durationSeconds: stream?.duration ?? Number.NaN,
  });
  const { avg_frame_rate, id: _, ...rest } = stream ?? { id: undefined, avg_frame_rate: Number.NaN };
  return { format, stream: rest, rate: Math.round(avg_frame_rate * 1000), leastPacketBytes, index };
}

describeWithEachFfmpeg('the header of an ordinary MP4', () => {
  test.each(ORDINARY)('tells what ffprobe tells: %s', async (name) => {
    const path = join(folder, name);
    const own = await readMp4Report(path);
    const probed = await readProbeReport({ path }, { timeBudget: createTimeBudget(60) });
    expect(facts(own!)).toEqual(facts(probed));
  });
});

describe('the header is not taken for its word', () => {
  test.each([...OTHERS.map(([name]) => name), 'trimmed.mp4', 'uneven.mp4'])('of %s', async (name) => {
    expect(await readMp4Report(join(folder, name))).toBeNull();
  });

  test('where the file is cut off anywhere', async () => {
    for (const name of ['plain.mp4', 'faststart.mov']) {
      const whole = readFileSync(join(folder, name));
      const path = join(folder, `cut-${name}`);
      for (const share of [0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.999]) {
        writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)));
        expect(await readMp4Report(path)).toBeNull();
      }
    }
  });

  test('where there is no such file', async () => {
    expect(await readMp4Report(join(folder, 'none.mp4'))).toBeNull();
  });
});

test('damage anywhere in the header ends in a report with sound times, or in none', async () => {
  const whole = readFileSync(join(folder, 'many-b.mp4'));
  const start = whole.indexOf('moov');
  const path = join(folder, 'damaged.mp4');
  const stream = random(1, 'damage');
  for (let round = 0; round < 1500; round++) {
    const damaged = Buffer.from(whole);
    for (let count = stream.integer(1, 4); count > 0; count--) {
      damaged[stream.integer(start, whole.length)] = stream.integer(0, 2) ? 255 : stream.integer(0, 256);
    }
    writeFileSync(path, damaged);
    const report = await readMp4Report(path);
    for (const packet of report?.packets ?? []) {
      expect(packet.presentationSeconds).toBeGreaterThanOrEqual(0);
      expect(packet.decodingSeconds).not.toBeNaN();
      expect(packet.durationSeconds).toBeGreaterThan(0);
    }
  }
});
