import { ensureExecutable } from '../../src/media/ffmpeg/binaries.js';

/** Path of the ffmpeg that comes with the package. Unlike some on a PATH, it starts at once. */
export async function packagedFfmpeg(): Promise<string> {
  const { path } = (await import('@ffmpeg-installer/ffmpeg')).default;
  await ensureExecutable(path);
  return path;
}
