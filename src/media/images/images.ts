import type { Metadata, Sharp } from 'sharp';
import type { UserError } from '../../errors.js';
import type { ClipContent, Frame, FrameRequest } from '../clip.js';
import { abortedFailure, timeoutFailure, tooLargeFailure } from '../failures.js';
import type { RunLimits } from '../ffmpeg/ffmpeg.js';
import { MAX_PIXELS } from '../ffmpeg/safety.js';
import type { Preprocessing } from '../frame-schema.js';
import { readInPairs } from '../pairs.js';
import { inputRegion } from '../preprocessing.js';
import { sampleFrames, type Timeline } from '../sampling.js';
import { requestedSpan } from '../span.js';
import { decoding, decodingDamaged, type StoredPicture } from './decoding.js';
import { findGifEnd } from './gif.js';
import { isHeifFollowed } from './heif.js';
import { cutOffFailure, followedFailure, severalFailure } from './image-failure.js';
import { movingPictureIn } from './moving.js';
import { resample } from './resample.js';
import { readTiff, shownPages } from './tiff.js';
import { isWebpFollowed } from './webp.js';

/** An image sequence, and how the user called it. */
export interface ImageSequence {
  readonly input: string;
  /** Files in their order, at least one. */
  readonly paths: readonly string[];
}

/** One picture: an image file's, or one page of an animation. */
interface Page extends StoredPicture {
  /** Whether the others of the file are read too. */
  readonly isOfAnimation?: boolean;
}

/**
 * Opens images as a clip: one a second, as are the pages of a TIFF that is given alone; an animated GIF or WebP that is
 * given alone has times of its own. Each image is opened when its frame is read.
 *
 * @throws UserError `corrupt`, `too_large`, `timeout`, `aborted`, here for a single image and otherwise when
 *   the frames are read, which may also throw `not_media`, `empty` and `unreadable`; as requestedSpan.
 */
export async function openImages(
  sequence: ImageSequence,
  request: FrameRequest,
  limits: RunLimits,
): Promise<ClipContent> {
  const { pages, timeline, ...layout } = await layOut(sequence, limits);
  const span = requestedSpan(sequence.input, timeline.durationSeconds, request);
  const { sampling, seed = 0, pace, allowDamaged = false } = request;
  const isCutOff = layout.isCutOff && span.endSeconds > timeline.startSeconds.at(-1)!;
  if (isCutOff && !allowDamaged) throw cutOffFailure(pages[0]!.path, pages.length);
  const chosen = sampleFrames(timeline, { sampling, span, seed, pace });
  const { preprocessing } = request;
  return {
    durationSeconds: timeline.durationSeconds,
    frameCount: chosen.length,
    frames: readInPairs({ timeline, span, chosen, gap: request.pairGap }, (frames) =>
      readPages({ pages, timeline, isCutOff, chosen: frames, preprocessing, allowDamaged }, limits),
    ),
  };
}

/** Which pictures there are, and when. */
interface Layout {
  readonly pages: readonly Page[];
  readonly timeline: Timeline;
  /** Whether the file breaks off within the last one or after it. */
  readonly isCutOff: boolean;
}

interface Reading extends Layout {
  readonly chosen: readonly number[];
  readonly preprocessing: Preprocessing;
  readonly allowDamaged: boolean;
}

async function* readPages(reading: Reading, limits: RunLimits): AsyncGenerator<Frame, void> {
  const { pages, timeline, isCutOff, chosen } = reading;
  let picture: Picture | undefined;
  for (const [position, index] of chosen.entries()) {
    const page = pages[index]!;
    picture =
      picture && chosen[position - 1] === index
        ? { ...picture, pixels: picture.pixels.slice() }
        : await withinLimits(page.path, limits, (signal) => readPage(page, reading, signal));
    // The last one stands for what is lost.
    const isDamaged = picture.isDamaged || (isCutOff && index === chosen.at(-1));
    yield { timeSeconds: timeline.startSeconds[index]!, pixels: picture.pixels, isDamaged };
  }
}

/** What browsers show of an animation's picture that has no time, or none above 10 ms. */
const DEFAULT_DELAY_MILLISECONDS = 100;
const SHORTEST_DELAY_MILLISECONDS = 11;

/** Of a single file, its pages; of several, one each. */
async function layOut({ paths }: ImageSequence, limits: RunLimits): Promise<Layout> {
  const [only, ...others] = paths;
  if (only === undefined || others.length > 0) {
    const pages = paths.map((path) => ({ path, page: 0 }));
    return { pages, timeline: timelineOf(paths.map(() => 1)), isCutOff: false };
  }
  const metadata = await withinLimits(only, limits, () => readMetadata({ path: only, page: 0 }));
  const { pages, isCutOff } = await withinLimits(only, limits, (signal) => pagesOf(only, metadata, signal));
  if (pages.length === 1 || metadata.format === 'tiff')
    return { pages, timeline: timelineOf(pages.map(() => 1)), isCutOff };
  const delays = pages.map(({ page }) => metadata.delay?.[page] ?? 0);
  const milliseconds = delays.map((delay) =>
    delay < SHORTEST_DELAY_MILLISECONDS ? DEFAULT_DELAY_MILLISECONDS : delay,
  );
  return { pages, timeline: timelineOf(milliseconds.map((delay) => delay / 1000)), isCutOff };
}

/** A file's pictures. Of a GIF that is cut off, sharp counts those that are there and says nothing. */
async function pagesOf(
  path: string,
  { format, pages = 1 }: Metadata,
  signal: AbortSignal,
): Promise<Omit<Layout, 'timeline'>> {
  const all = Array.from({ length: pages }, (_, page): Page => ({ path, page, isOfAnimation: true }));
  switch (format) {
    case 'gif': {
      const { isCutOff, isFollowed } = await findGifEnd(path, signal);
      if (isFollowed) throw followedFailure(path);
      return { pages: all, isCutOff };
    }
    case 'webp':
      if (await isWebpFollowed(path)) throw followedFailure(path);
      return { pages: all, isCutOff: false };
    case 'heif':
      if (await isHeifFollowed(path)) throw followedFailure(path);
      return { pages: all.slice(0, 1), isCutOff: false };
    case 'tiff': {
      const { directories, isFollowed } = await readTiff(path, { most: pages, signal });
      if (isFollowed) throw followedFailure(path);
      return { pages: shownPages(directories).map((page) => all[page]!), isCutOff: false };
    }
    default:
      return { pages: all.slice(0, 1), isCutOff: false };
  }
}

function timelineOf(durations: readonly number[]): Timeline {
  let durationSeconds = 0;
  const startSeconds = Float64Array.from(durations, (seconds) => {
    durationSeconds += seconds;
    return durationSeconds - seconds;
  });
  return { startSeconds, isKeyframe: durations.map(() => true), durationSeconds };
}

type Picture = Pick<Frame, 'pixels' | 'isDamaged'>;

/**
 * One picture as the encoder's input, uint8 sRGB [size, size, 3]: turned upright by its EXIF orientation,
 * what is transparent shown as on a white page, 16 bits rounded to 8, CMYK and grey converted.
 */
async function readPage(
  given: Page,
  { preprocessing, allowDamaged }: Reading,
  signal: AbortSignal,
): Promise<Picture> {
  const { size, fit, kernel } = preprocessing;
  const first = await readMetadata(given);
  const page = given.isOfAnimation ? given : await onlyPageOf(given.path, first, signal);
  const { autoOrient } = page.page === given.page ? first : await readMetadata(page);
  const region = inputRegion(autoOrient.width, autoOrient.height, fit);
  const decode = (image: Sharp) =>
    image
      .autoOrient()
      .flatten({ background: 'white' })
      .extract(region)
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
  const { decoded, isDamaged } = allowDamaged
    ? await decodingDamaged(page, decode)
    : { decoded: await decoding(page, decode), isDamaged: false };
  const { width, height, channels } = decoded.info;
  if (channels !== 3) throw new Error(`${page.path} gave ${channels} channels, expected 3`);
  return { pixels: resample({ width, height, data: decoded.data }, { size, kernel }), isDamaged };
}

/**
 * One frame of a sequence must not be the first of many pictures, of which nobody would see the others. Of a TIFF, a smaller copy
 * may come before it.
 */
async function onlyPageOf(path: string, metadata: Metadata, signal: AbortSignal): Promise<Page> {
  const [only, ...others] = (await pagesOf(path, metadata, signal)).pages;
  if (only && others.length === 0 && !(await movingPictureIn(path))) return only;
  throw severalFailure(path, others.length > 0 ? others.length + 1 : undefined);
}

async function readMetadata(page: Page): Promise<Metadata> {
  const metadata = await decoding(page, (image) => image.metadata());
  const { width, height } = metadata.autoOrient;
  if (width * height > MAX_PIXELS) throw tooLargeFailure(page.path, `${width}x${height}`);
  return metadata;
}

/**
 * sharp cannot be stopped; a picture that takes too long is left to itself. What else `work` does ends with the signal
 * that it is given.
 */
async function withinLimits<T>(
  path: string,
  limits: RunLimits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeBudget, signal } = limits;
  if (signal?.aborted) throw abortedFailure(path);
  const ending = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const endWith = (failure: UserError) => {
      reject(failure);
      ending.abort(failure);
    };
    const onAbort = () => endWith(abortedFailure(path));
    signal?.addEventListener('abort', onAbort);
    timeBudget
      .spend(work(ending.signal), () => endWith(timeoutFailure(path, timeBudget)))
      .then(resolve, reject)
      .finally(() => signal?.removeEventListener('abort', onAbort));
  });
}
