import type { Example } from '../datasets/scan.js';
import { isFailureOfInput } from '../errors.js';
import { digitFrame } from '../inputs/digits/digit-frame.js';
import { readRows } from '../inputs/digits/rows.js';
import type { FramesInput } from '../inputs/video/frames-schema.js';
import { evaluationSampling } from '../inputs/video/read-clip.js';
import { openClip } from '../media/frames.js';
import { jpegInBase64 } from '../media/images/jpeg.js';
import { locateClip } from '../media/locate.js';
import type { Pipeline } from '../pipeline/schema.js';

/** What a network saw of a clip. */
export interface Film {
  /** Of the timesteps, or of as many as are shown, in order; JPEGs in base64. */
  readonly pictures: readonly string[];
  /** Of every timestep, from the clip's start; absent for a picture of a digit. */
  readonly timesSeconds?: readonly number[] | undefined;
}

/** Pictures of one clip that are shown; of more timesteps, those in the middle of equal spans. */
const MOST_PICTURES = 16;

/** Side of a picture in pixels: a JPEG of some 2.5 kB. */
const PICTURE_SIDE = 96;

/** A report is not to wait for a clip that takes longer. */
const TIMEOUT_SECONDS = 60;

/**
 * Reads the frames that a network read, before any difference was taken of them.
 *
 * @returns null when the clip cannot be read any more.
 * @throws UserError `aborted`, and what is missing on this machine.
 */
export async function readFilm(
  example: Example,
  { input, signal }: { input: Pipeline['input']; signal?: AbortSignal | undefined },
): Promise<Film | null> {
  try {
    if (input.kind === 'rows') return await digitFilm(await rowsPicture(example));
    if (example.image) return await digitFilm(example.image);
    return await clipFilm(example, { input, signal });
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    return null;
  }
}

/** uint8 [28, 28]. */
async function rowsPicture(example: Example): Promise<Uint8Array> {
  const { data } = await readRows(example);
  return Uint8Array.from(data, (ink) => Math.round(255 * ink));
}

async function digitFilm(image: Uint8Array): Promise<Film> {
  const pixels = digitFrame(image, { size: PICTURE_SIDE, fit: 'squash', kernel: 'linear' });
  return { pictures: [await jpegInBase64(pixels, { side: PICTURE_SIDE })] };
}

async function clipFilm(
  { path, startSeconds, endSeconds }: Example,
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
  return { pictures, timesSeconds };
}

/** The timesteps in the middle of as many equal spans as pictures are shown. */
function shownTimesteps(timesteps: number): Set<number> {
  const count = Math.min(MOST_PICTURES, timesteps);
  return new Set(
    Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * timesteps) / count)),
  );
}
