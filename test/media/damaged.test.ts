import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ffprobePackage from '@ffprobe-installer/ffprobe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureExecutable } from '../../src/media/ffmpeg/binaries.js';
import { type FrameRequest, openClip } from '../../src/media/frames.js';
import { locateClip } from '../../src/media/locate.js';
import { describeWithEachFfmpeg } from '../support/ffmpeg.js';
import { readNumber, runFfmpeg, writeNumberedClip } from '../support/numbered-clip.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-damaged-'));
afterAll(() => rmSync(folder, { recursive: true }));

const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '10', '-g', '10', '-bf', '2'];
const WHOLE: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['clip.mp4', [...H264, '-movflags', '+faststart']],
  ['fragments.mp4', [...H264, '-movflags', 'frag_keyframe+empty_moov']],
  ['clip.mkv', H264],
  ['clip.webm', ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuv420p', '-b:v', '2M', '-cpu-used', '5']],
  ['clip.avi', ['-c:v', 'mpeg4', '-pix_fmt', 'yuv420p', '-q:v', '2']],
  ['clip.ts', H264],
];

beforeAll(async () => {
  await ensureExecutable(ffprobePackage.path);
  for (const [name, encoder] of WHOLE) {
    await writeNumberedClip(join(folder, name), { frames: 80, framesPerSecond: 10, encoder });
  }
});

const file = (name: string, content: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const whole = (name: string): Buffer => readFileSync(join(folder, name));

/** Where each packet ends, in the order of the file. */
function packetEnds(path: string): number[] {
  const options = ['-v', 'error', '-show_entries', 'packet=size,pos', '-of', 'csv=p=0', path];
  const lines = execFileSync(ffprobePackage.path, options).toString().trim().split('\n');
  return lines.map((line) => line.split(',').reduce((sum, part) => sum + Number(part), 0));
}

async function numbers(path: string, changes: Partial<FrameRequest> = {}): Promise<number[]> {
  const clip = await openClip(await locateClip(path), {
    sampling: { kind: 'uniform', frames: 4 },
    preprocessing: { size: 96, fit: 'squash', kernel: 'linear' },
    ...changes,
  });
  const read: number[] = [];
  for await (const frame of clip.frames) read.push(readNumber(frame.pixels));
  return read;
}

describeWithEachFfmpeg('a clip that was cut off', () => {
  test.each(['clip.mp4', 'fragments.mp4', 'clip.mkv', 'clip.webm', 'clip.avi'])(
    'is partial: %s',
    async (name) => {
      const content = whole(name);
      const path = file(`cut-${name}`, content.subarray(0, Math.floor(content.length * 0.6)));
      await expect(numbers(path)).rejects.toMatchObject({
        code: 'partial',
        problem: expect.stringMatching(/breaks off(?:: expected \d\d frames, got \d\d| after \d\d frames);/),
        fix: expect.stringContaining('ffmpeg -i'),
      });
    },
  );

  test('is partial where it ends between two frames, of which ffmpeg says nothing', async () => {
    const content = whole('clip.mp4');
    const ends = packetEnds(join(folder, 'clip.mp4'));
    for (const end of [ends[40]!, ends[55]!, ends[70]!]) {
      await expect(numbers(file('cut-between.mp4', content.subarray(0, end)))).rejects.toMatchObject({
        code: 'partial',
        problem: expect.stringMatching(/expected 80 frames, got \d\d; ffmpeg gives no reason/),
      });
    }
  });

  test('still gives the part that is there, when only that is asked for', async () => {
    const content = whole('clip.mp4');
    const path = file('part.mp4', content.subarray(0, Math.floor(content.length * 0.6)));
    expect(await numbers(path, { endSeconds: 2 })).toEqual([2, 7, 12, 17]);
  });

  test('is a shorter clip where the container does not tell its length', async () => {
    const content = whole('clip.ts');
    const read = await numbers(file('cut.ts', content.subarray(0, Math.floor(content.length * 0.5))));
    expect(read).toHaveLength(4);
    expect(read[3]).toBeLessThan(60);
  });
});

describeWithEachFfmpeg('a clip that is not damaged', () => {
  test('may have dropped frames', async () => {
    const path = join(folder, 'dropped.avi');
    const select = "select='lt(n,20)+gte(n,60)'";
    const input = ['-i', join(folder, 'clip.avi')];
    await runFfmpeg([...input, '-vf', select, '-vsync', 'vfr', '-c:v', 'mpeg4', '-q:v', '2', path]);
    expect(await numbers(path)).toEqual([10, 19, 19, 70]);
  });

  test('may have been trimmed without rewriting it', async () => {
    const path = join(folder, 'trimmed.mp4');
    await runFfmpeg(['-ss', '1.5', '-i', join(folder, 'clip.mp4'), '-t', '4', '-c', 'copy', path]);
    // The keyframe before, frame 10, is in the file, but an edit list says not to show it.
    expect(await numbers(path, { endSeconds: 0.4 })).toEqual([15, 16, 17, 18]);
  });
});

describeWithEachFfmpeg('a clip', () => {
  test('with a hole is corrupt when a wanted frame lies in it', async () => {
    const content = Buffer.from(whole('clip.mp4'));
    const start = Math.floor(content.length * 0.5);
    content.fill(0x55, start, start + Math.floor(content.length * 0.2));
    const path = file('hole.mp4', content);
    await expect(numbers(path, { sampling: { kind: 'uniform', frames: 40 } })).rejects.toMatchObject({
      code: 'corrupt',
      problem: expect.stringMatching(/expected 40 frames, got \d+; ffmpeg says: ".+"/),
    });
    expect(await numbers(path, { endSeconds: 2 })).toEqual([2, 7, 12, 17]);
  });

  test.each([
    ['mjpeg', 11, ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '2']],
    // Up to the next keyframe, others depend on them.
    ['mpeg4', 18, ['-c:v', 'mpeg4', '-q:v', '2', '-g', '6']],
  ])(
    'in AVI of which two packets give no frame has the others at their times: %s',
    async (name, next, encoder) => {
      const path = join(folder, `${name}.avi`);
      await writeNumberedClip(path, { frames: 30, framesPerSecond: 10, encoder });
      const content = readFileSync(path);
      const ends = packetEnds(path);
      content.fill(0x11, ends[8]! + 9, ends[9]! - 1).fill(0x11, ends[9]! + 9, ends[10]! - 1);
      const wiped = file(`wiped-${name}.avi`, content);
      const sampling = { kind: 'uniform', frames: 30 } as const;
      const read = await numbers(wiped, { sampling, allowDamaged: true });
      const sound = Array.from({ length: 30 }, (_, frame) => frame);
      expect(read.slice(0, 9)).toEqual(sound.slice(0, 9));
      expect(read.slice(next)).toEqual(sound.slice(next));
      expect(await numbers(wiped, { startSeconds: 2, sampling: { kind: 'uniform', frames: 10 } })).toEqual(
        sound.slice(20),
      );
    },
  );

  test.each([
    ['mpeg4-b', ['-c:v', 'mpeg4', '-q:v', '2', '-g', '6', '-bf', '2']],
    ['mpeg2-b', ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '6', '-bf', '2']],
  ])(
    'in AVI with B-frames has those beside lost ones at their times, by any plan: %s',
    async (name, encoder) => {
      const path = join(folder, `${name}.avi`);
      await writeNumberedClip(path, { frames: 30, framesPerSecond: 10, encoder });
      const ends = packetEnds(path);
      const sampling = { kind: 'uniform', frames: 30 } as const;
      for (const packet of [9, 10, 12, 13]) {
        const content = readFileSync(path);
        content.fill(0x11, ends[packet - 1]! + 9, ends[packet]! - 1);
        const wiped = file(`wiped-${name}.avi`, content);
        const read = await numbers(wiped, { sampling, allowDamaged: true });
        const sound = Array.from({ length: 30 }, (_, frame) => frame);
        // Up to the keyframe after the next, others may depend on it, or stand where it was shown.
        expect([packet, ...read.slice(0, 7)]).toEqual([packet, ...sound.slice(0, 7)]);
        expect([packet, ...read.slice(18)]).toEqual([packet, ...sound.slice(18)]);
        for (const plan of ['whole', 'seeks', 'keyframes'] as const) {
          expect(await numbers(wiped, { sampling, allowDamaged: true, plan })).toEqual(read);
        }
      }
    },
  );

  test('in a codec that ffmpeg does not know is unreadable', async () => {
    const content = whole('clip.mkv').toString('latin1').replace('V_MPEG4/ISO/AVC', 'V_OTHER/ISO/AVC');
    await expect(numbers(file('unknown.mkv', Buffer.from(content, 'latin1')))).rejects.toMatchObject({
      code: 'unreadable',
      problem: expect.stringMatching(/decoder .*not found|no decoder found/i),
    });
  });

  test('of giant frames is refused before it is decoded', async () => {
    const path = join(folder, 'giant.mkv');
    const source = 'color=c=gray:s=64x64:r=1,scale=9000:6000:flags=neighbor,format=yuvj420p';
    await runFfmpeg(['-f', 'lavfi', '-i', source, '-frames:v', '1', '-c:v', 'mjpeg', path]);
    await expect(numbers(path)).rejects.toMatchObject({
      code: 'too_large',
      problem: expect.stringContaining('9000x6000'),
    });
  });

  test('that begins after its end, or ends before it begins, is told so', async () => {
    const path = join(folder, 'clip.mp4');
    await expect(numbers(path, { startSeconds: 8 })).rejects.toMatchObject({
      code: 'no_frames',
      problem: expect.stringContaining('lasts 8.00 s'),
    });
    const backwards = { startSeconds: 3, endSeconds: 2 };
    await expect(numbers(path, backwards)).rejects.toMatchObject({ code: 'usage' });
    await expect(numbers(path, { startSeconds: -1 })).rejects.toMatchObject({ code: 'usage' });
  });
});
