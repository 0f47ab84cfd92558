import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { random } from '../../src/random.js';
import { runFfmpeg } from './numbered-clip.js';

/** A valid clip: one file, or the frames of a folder. */
export interface SmallClip {
  readonly name: string;
  readonly files: readonly SmallFile[];
}

export interface SmallFile {
  readonly name: string;
  readonly content: Buffer;
}

const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '8', '-bf', '2'];
const VIDEOS: ReadonlyArray<readonly [name: string, encoder: readonly string[]]> = [
  ['clip.mp4', H264],
  ['faststart.mp4', [...H264, '-movflags', '+faststart']],
  ['fragments.mp4', [...H264, '-movflags', 'frag_keyframe+empty_moov']],
  ['clip.mov', [...H264, '-f', 'mov']],
  ['clip.mkv', H264],
  ['clip.webm', ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuv420p', '-b:v', '300k', '-cpu-used', '8']],
  ['mpeg4.avi', ['-c:v', 'mpeg4', '-bf', '2', '-q:v', '5']],
  ['mjpeg.avi', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '8']],
  ['clip.ts', H264],
  ['clip.mpg', ['-c:v', 'mpeg2video', '-r', '25', '-q:v', '5']],
  ['clip.flv', ['-c:v', 'flv1', '-q:v', '5']],
  ['clip.gif', ['-f', 'gif']],
];
const FRAME_COUNT = 20;

/** Writes and reads a clip of each kind of file that Clipstep is told to read: some kilobytes each. */
export async function makeSmallMedia(folder: string): Promise<SmallClip[]> {
  await mkdir(folder);
  const videos = VIDEOS.map(async ([name, encoder]): Promise<SmallClip> => {
    const path = join(folder, name);
    const source = `testsrc2=s=96x64:r=10,noise=alls=8:all_seed=1`;
    await runFfmpeg(['-f', 'lavfi', '-i', source, '-frames:v', String(FRAME_COUNT), ...encoder, path]);
    return { name, files: [{ name, content: await readFile(path) }] };
  });
  return Promise.all([...videos, ...makeImages()]);
}

type ImageFormat = 'png' | 'jpeg' | 'tiff' | 'webp' | 'gif' | 'avif';

function makeImages(): Array<Promise<SmallClip>> {
  const singles: ImageFormat[] = ['png', 'jpeg', 'tiff', 'webp', 'avif'];
  const sequences: ImageFormat[] = ['png', 'jpeg', 'tiff'];
  return [
    ...singles.map((format) => makeSequence(format, 1)),
    ...sequences.map((format) => makeSequence(format, 5)),
    makeAnimation('webp'),
    makeAnimation('gif'),
  ];
}

async function makeSequence(format: ImageFormat, count: number): Promise<SmallClip> {
  const files = Array.from({ length: count }, async (_, index) => ({
    name: `${index + 1}.${format}`,
    content: await picture(index, 1).toFormat(format).toBuffer(),
  }));
  return { name: `${count} ${format}`, files: await Promise.all(files) };
}

async function makeAnimation(format: 'webp' | 'gif'): Promise<SmallClip> {
  const name = `animated.${format}`;
  return { name, files: [{ name, content: await picture(0, 5).toFormat(format).toBuffer() }] };
}

/** @param pages below one another, as sharp wants the pictures of an animation. */
function picture(seed: number, pages: number): Sharp {
  const [width, height] = [48, 40];
  const stream = random(seed, 'picture');
  const data = Uint8Array.from(
    { length: width * height * pages * 3 },
    (_, index) => ((index / 97) | 0) * 5 + stream.integer(0, 40),
  );
  const raw = { width, height: height * pages, channels: 3 as const, pageHeight: height };
  return sharp(data, { raw });
}
