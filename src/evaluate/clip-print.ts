import { createHash } from 'node:crypto';
import type { Example } from '../datasets/dataset.js';
import { type Cache, contentDigest } from '../inputs/feature-cache.js';
import { openClip } from '../media/frames.js';
import { locateClip } from '../media/locate.js';
import { type FramePrint, framePrintOf } from './frame-print.js';
import type { PrintedClip } from './near-copies.js';
import { THUMBNAIL_BYTES, THUMBNAIL_SOURCE_SIDE, thumbnailOf } from './perceptual-hash.js';

/** Frames of a clip that are compared, at the centres of equal spans. */
const FRAMES = 8;

/** What of an example tells whether another one is the same. */
export type ClipPrint = Pick<PrintedClip, 'content' | 'frames'>;

/** Whether enough of a clip's frames have detail to compare it by them. */
export const isDetailed = ({ frames }: ClipPrint): boolean => frames.length >= FRAMES / 2;

/** sha256 (hex) of an example. @throws what the file system says. */
export async function contentOf(example: Example): Promise<string> {
  const own = example.image ?? example.text;
  if (own === undefined) return contentDigest(example.path);
  return createHash('sha256').update(own).digest('hex');
}

/**
 * Reads an example's frames as they are compared; none of a digit's picture or a text. Thumbnails of them are kept in
 * the cache.
 *
 * @param options.content as contentOf.
 * @throws UserError as openClip.
 */
export async function clipPrint(
  example: Example,
  { content, cache, signal }: { content: string; cache: Cache; signal?: AbortSignal | undefined },
): Promise<ClipPrint> {
  if (example.image !== undefined || example.text !== undefined) return { content, frames: [] };
  const { startSeconds, endSeconds } = example;
  const key = { kind: 'thumbnails', frames: FRAMES, content, startSeconds, endSeconds };
  return { content, frames: framePrints(await cache.get(key, () => thumbnailsOf(example, signal))) };
}

/** uint8 RGB [frames, 8, 9, 3]. */
async function thumbnailsOf(example: Example, signal?: AbortSignal): Promise<Uint8Array> {
  const { startSeconds, endSeconds } = example;
  const clip = await openClip(await locateClip(example.path), {
    sampling: { kind: 'uniform', frames: FRAMES },
    preprocessing: { size: THUMBNAIL_SOURCE_SIDE, fit: 'squash', kernel: 'linear' },
    startSeconds,
    endSeconds,
    signal,
  });
  const thumbnails: Uint8Array[] = [];
  for await (const { pixels } of clip.frames) thumbnails.push(thumbnailOf(pixels));
  return Buffer.concat(thumbnails);
}

function framePrints(thumbnails: Uint8Array): FramePrint[] {
  return Array.from({ length: thumbnails.length / THUMBNAIL_BYTES }, (_, frame) =>
    thumbnails.subarray(frame * THUMBNAIL_BYTES, (frame + 1) * THUMBNAIL_BYTES),
  ).flatMap((thumbnail) => framePrintOf(thumbnail) ?? []);
}
