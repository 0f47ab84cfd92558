import { type FfmpegJob, fileAddress } from '../ffmpeg/ffmpeg.js';
import { safeInputOptions, safePipeOptions } from '../ffmpeg/safety.js';
import { type Film, readFilm } from './mp4/film.js';

/** A file that ffmpeg reads. */
export interface VideoFile {
  readonly path: string;
  /** By which it is read, where ffmpeg would not find that out itself. */
  readonly demuxer?: string | undefined;
  /** What is read of it, where that is not all. */
  readonly film?: Film | undefined;
}

/** How ffmpeg and ffprobe are given a file, and the options before it by which they read no other. */
export function inputOf({
  path,
  demuxer,
  film,
}: VideoFile): Pick<FfmpegJob, 'source' | 'input'> & { readonly safeOptions: readonly string[] } {
  return film
    ? { source: 'pipe:0', input: readFilm(film), safeOptions: safePipeOptions(demuxer) }
    : { source: fileAddress(path), safeOptions: safeInputOptions(demuxer) };
}
