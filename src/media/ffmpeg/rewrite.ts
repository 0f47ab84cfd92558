import { createTimeBudget } from '../../platform/child-process/time-budget.js';
import { replaceFile } from '../../platform/replace-file.js';
import { DEFAULT_TIMEOUT_SECONDS } from '../clip.js';
import { findFilm } from '../video/mp4/film.js';
import { inputOf } from '../video/video-file.js';
import { type FfmpegJob, fileAddress, passthroughOptions, runFfmpeg } from './ffmpeg.js';
import { assertWritten } from './written.js';

export interface RewriteOptions {
  readonly source: string;
  /** The file to write, overwritten when it is there; it appears when it is whole. */
  readonly target: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts the first video of a file into a container anew, its pictures as they are: what a browser recorded lacks the
 * length and the index that seeking takes. Sound is left out.
 *
 * @param options.container of the target.
 * @throws UserError `unreadable` with ffmpeg's words, `aborted`, `missing_tool`.
 */
export async function remuxVideo(options: RewriteOptions & { container: 'webm' | 'mp4' }): Promise<void> {
  const { container } = options;
  const index = container === 'mp4' ? ['-movflags', '+faststart'] : [];
  await rewrite(options, { outputOptions: ['-c', 'copy', ...index, '-f', container] });
}

/**
 * Writes a part of a video as an MP4 (H.264) of its own, with the frames that are on screen in it at their own times.
 * It is encoded anew, so that it can begin and end between key frames. Sound is left out.
 *
 * @param options.startSeconds from the video's start, below endSeconds.
 * @throws UserError as remuxVideo.
 */
export async function cutVideo(
  options: RewriteOptions & { startSeconds: number; endSeconds: number },
): Promise<void> {
  const { startSeconds, endSeconds } = options;
  await rewrite(options, {
    // 4:2:0 chroma demands even sides.
    filter: 'scale=trunc(iw/2)*2:trunc(ih/2)*2',
    outputOptions: [
      ...['-ss', startSeconds.toFixed(3), '-t', (endSeconds - startSeconds).toFixed(3)],
      ...(await passthroughOptions()),
      ...['-c:v', 'libx264', '-preset', 'medium', '-crf', CUT_QUALITY, '-pix_fmt', 'yuv420p'],
      ...['-movflags', '+faststart', '-f', 'mp4'],
    ],
  });
}

/** Constant rate factor of what is encoded a second time: hardly told from its source. */
const CUT_QUALITY = '18';

async function rewrite(
  { source, target, signal }: RewriteOptions,
  { outputOptions, filter }: Pick<FfmpegJob, 'outputOptions' | 'filter'>,
): Promise<void> {
  const film = (await findFilm(source)) ?? undefined;
  const write = async (temporary: string) => {
    const { safeOptions, ...input } = inputOf({ path: source, film });
    const output = runFfmpeg({
      ...input,
      inputOptions: ['-v', 'error', ...safeOptions],
      filter,
      outputOptions: ['-map', '0:v:0', '-map_metadata', '-1', ...outputOptions],
      target: fileAddress(temporary),
      timeBudget: createTimeBudget(DEFAULT_TIMEOUT_SECONDS),
      signal,
    });
    for await (const event of output) {
      if (event.kind !== 'output') assertWritten(target, event);
    }
  };
  await replaceFile(target, write, { isSynced: false });
}
