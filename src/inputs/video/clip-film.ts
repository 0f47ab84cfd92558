import { openClip } from '../../media/frames.js';
import { jpegInBase64 } from '../../media/images/jpeg.js';
import { locateClip } from '../../media/locate.js';
import type { Film } from '../input-kind.js';
import type { ReadableExample } from '../sequence-reader.js';
import type { FramesInput } from './frames-schema.js';
import { evaluationSampling } from './read-clip.js';

/** Pictures of one clip that are shown; of more timesteps, those in the middle of equal spans. */
const MOST_PICTURES = 16;

/** Side of a picture in pixels: a JPEG of some 2.5 kB. */
const PICTURE_SIDE = 96;

/** A report is not to wait for a clip that takes longer. */
const TIMEOUT_SECONDS = 60;

/** The frames that the network reads, before any difference is taken of them. @throws UserError as openClip. */
export async function clipFilm(
  { path, startSeconds, endSeconds }: ReadableExample,
  { input, signal }: { input: FramesInput; signal: AbortSignal | undefined },
): Promise<Film> {
  const { preprocessing, sampling, gap } = input;
  const clip = await openClip(await locateClip(path), {
    preprocessing,
    sampling: evaluationSampling(sampling),
    timeoutSeconds: TIMEOUT_SECONDS,
    // Near its end, a clip gives earlier frames where each has a partner.
    pairGap: gap,
    startSeconds,
    endSeconds,
    signal,
  });
  const shown = shownTimesteps(clip.frameCount);
  const pictures: string[] = [];
  const timesSeconds: number[] = [];
  for await (const { timeSeconds, pixels } of clip.frames) {
    if (shown.has(timesSeconds.length)) {
      pictures.push(await jpegInBase64(pixels, { side: preprocessing.size, longestSide: PICTURE_SIDE }));
    }
    timesSeconds.push(timeSeconds);
  }
  return { kind: 'film', pictures, timesSeconds };
}

/** The timesteps in the middle of as many equal spans as pictures are shown. */
function shownTimesteps(timesteps: number): Set<number> {
  const count = Math.min(MOST_PICTURES, timesteps);
  return new Set(
    Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * timesteps) / count)),
  );
}
