import { join } from 'node:path';
import { expect } from 'vitest';
import type { Sampling } from '../../src/media/frame-schema.js';
import { type Frame, type FrameRequest, openClip } from '../../src/media/frames.js';
import { locateClip } from '../../src/media/locate.js';
import { readNumber, writeNumberedClip } from './numbered-clip.js';

export const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '10'];

/** Written with 40 frames at 25 a second, so that 8 centres lie at frames 2, 7, 12 and so on. */
export const FORMATS: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['h264.mp4', [...H264, '-bf', '3', '-x264opts', 'keyint=12:min-keyint=12:scenecut=0']],
  ['fragments.mp4', [...H264, '-g', '10', '-movflags', 'frag_keyframe+empty_moov']],
  ['h264.mkv', [...H264, '-bf', '3']],
  ['open-gop.ts', [...H264, '-bf', '3', '-x264opts', 'open-gop=1:keyint=8']],
  ['raw.h264', [...H264, '-bf', '2']],
  [
    'hevc.mp4',
    ['-c:v', 'libx265', '-pix_fmt', 'yuv420p10le', '-crf', '10', '-x265-params', 'log-level=none'],
  ],
  ['vp8.webm', ['-c:v', 'libvpx', '-pix_fmt', 'yuv420p', '-b:v', '2M', '-auto-alt-ref', '1']],
  ['vp9.webm', ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuv420p', '-crf', '10', '-b:v', '0', '-cpu-used', '5']],
  ['mpeg4.avi', ['-c:v', 'mpeg4', '-pix_fmt', 'yuv420p', '-q:v', '2', '-bf', '2']],
  ['mjpeg.avi', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '2']],
  ['mpeg2.mpg', ['-c:v', 'mpeg2video', '-pix_fmt', 'yuv420p', '-q:v', '2', '-bf', '2']],
  ['flv1.flv', ['-c:v', 'flv', '-pix_fmt', 'yuv420p', '-q:v', '2']],
  ['wmv2.wmv', ['-c:v', 'wmv2', '-pix_fmt', 'yuv420p', '-q:v', '2']],
  ['theora.ogv', ['-c:v', 'libtheora', '-pix_fmt', 'yuv420p', '-q:v', '10']],
  ['prores.mov', ['-c:v', 'prores', '-pix_fmt', 'yuv422p10le']],
];

/** Some of them, all at once; those that are long with 320 frames at 10 a second, and a keyframe every 20. */
export async function writeFormats(folder: string, names: readonly string[]): Promise<void> {
  const write = async (name: string) => {
    const encoder = FORMATS.find(([format]) => format === name)?.[1];
    const path = join(folder, name);
    if (encoder) return writeNumberedClip(path, { frames: 40, framesPerSecond: 25, encoder });
    return writeNumberedClip(path, { frames: 320, framesPerSecond: 10, encoder: LONG });
  };
  await Promise.all(names.map(write));
}

const LONG = [...H264, '-bf', '2', '-x264opts', 'keyint=20:min-keyint=20:scenecut=0'];

export const request = (sampling: Sampling, changes: Partial<FrameRequest> = {}): FrameRequest => ({
  sampling,
  preprocessing: { size: 96, fit: 'squash', kernel: 'linear' },
  ...changes,
});

export const uniform = (frames: number): Sampling => ({ kind: 'uniform', frames });

export async function read(path: string, wanted: FrameRequest): Promise<Frame[]> {
  const clip = await openClip(await locateClip(path), wanted);
  const frames: Frame[] = [];
  for await (const frame of clip.frames) frames.push(frame);
  expect(frames).toHaveLength(clip.frameCount);
  return frames;
}

export const numbersOf = (frames: readonly Frame[]) => frames.map((frame) => readNumber(frame.pixels));
export const timesOf = (frames: readonly Frame[]) => frames.map((frame) => frame.timeSeconds);
