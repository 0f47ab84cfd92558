import { createHash } from 'node:crypto';
import { type Cache, contentDigest } from '../data/cache.js';
import { differenceHash, differingBits, HASHED_SIDE } from '../data/perceptual-hash.js';
import type { Example, SplitName } from '../data/scan.js';
import type { Split } from '../data/split.js';
import { isFailureOfInput } from '../errors.js';
import { openClip } from '../media/frames.js';
import { concurrently } from './concurrently.js';

/** Two examples in different parts of a split that are one and the same, or nearly. */
export interface Leak {
  /** `content`: the same bytes; `frames`: most frames are nearly the same. */
  readonly kind: 'content' | 'frames';
  readonly ids: readonly [string, string];
  readonly parts: readonly [SplitName, SplitName];
}

/** Frames of a clip that are hashed, at the centres of equal spans. */
const FRAMES = 8;

/** Most bits of 64 in which two pictures of one scene differ when one is scaled or compressed again. */
const NEARLY = 4;

/** Share of the frames of either clip that must have a counterpart in the other. */
const MOST = 0.75;

/**
 * Finds what a split tears apart although it is the same: files of the same content, and clips most of whose
 * frames look the same by their perceptual hash. Each clip is decoded once for it, and its hashes are kept in
 * the cache; a clip that cannot be read is passed over. Pictures of digits, which all look alike, are compared
 * by content only.
 *
 * @throws UserError `aborted`, or what is missing on this machine.
 */
export async function findLeaks(
  split: Split,
  options: { cache: Cache; signal?: AbortSignal; onClip?: (done: number, total: number) => void },
): Promise<Leak[]> {
  const placed = (['train', 'validation', 'test'] as const).flatMap((part) =>
    split[part].map((example) => ({ example, part })),
  );
  let done = 0;
  const prints = await concurrently(placed, async ({ example, part }) => {
    const print = await printOf(example, options);
    options.onClip?.(++done, placed.length);
    return { id: example.id, part, ...print };
  });
  return [...sameContent(prints), ...sameFrames(prints)];
}

interface Print {
  readonly id: string;
  readonly part: SplitName;
  /** sha256 of the bytes; null when they cannot be read. */
  readonly content: string | null;
  /** Two words for each frame with detail. */
  readonly hashes: Int32Array;
}

async function printOf(
  example: Example,
  options: { cache: Cache; signal?: AbortSignal },
): Promise<Pick<Print, 'content' | 'hashes'>> {
  const none = new Int32Array(0);
  if (example.image) {
    return { content: createHash('sha256').update(example.image).digest('hex'), hashes: none };
  }
  const content = await contentDigest(example.path).catch(() => null);
  if (content === null) return { content, hashes: none };
  const { startSeconds, endSeconds } = example;
  const key = { kind: 'perceptual hashes', frames: FRAMES, content, startSeconds, endSeconds };
  try {
    const bytes = await options.cache.get(key, () => hashesOf(example, options.signal));
    return { content, hashes: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) };
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    return { content, hashes: none };
  }
}

async function hashesOf(example: Example, signal?: AbortSignal): Promise<Uint8Array> {
  const { startSeconds, endSeconds } = example;
  const clip = await openClip(example.path, {
    sampling: { kind: 'uniform', frames: FRAMES },
    preprocessing: { size: HASHED_SIDE, fit: 'squash', kernel: 'linear' },
    ...(startSeconds !== undefined && { startSeconds }),
    ...(endSeconds !== undefined && { endSeconds }),
    ...(signal && { signal }),
  });
  const words: number[] = [];
  for await (const { pixels } of clip.frames) words.push(...(differenceHash(pixels) ?? []));
  return new Uint8Array(Int32Array.from(words).buffer);
}

function sameContent(prints: readonly Print[]): Leak[] {
  const firsts = new Map<string, Print>();
  return prints.flatMap((print): Leak[] => {
    if (print.content === null) return [];
    const first = firsts.get(print.content);
    if (!first) firsts.set(print.content, print);
    return first && first.part !== print.part ? [leak('content', first, print)] : [];
  });
}

function sameFrames(prints: readonly Print[]): Leak[] {
  const detailed = prints.filter(({ hashes }) => hashes.length >= FRAMES);
  return detailed.flatMap((one, index) =>
    detailed
      .slice(index + 1)
      .filter((other) => one.part !== other.part && one.content !== other.content)
      .filter(({ hashes }) => isCovered(one.hashes, hashes) && isCovered(hashes, one.hashes))
      .map((other) => leak('frames', one, other)),
  );
}

const leak = (kind: Leak['kind'], one: Print, other: Print): Leak => ({
  kind,
  ids: [one.id, other.id],
  parts: [one.part, other.part],
});

/** Whether most frames of one clip have nearly the same one in another. */
function isCovered(frames: Int32Array, others: Int32Array): boolean {
  let missing = (1 - MOST) * (frames.length / 2);
  for (let frame = 0; frame < frames.length && missing >= 0; frame += 2) {
    if (!hasNearly(others, frames[frame]!, frames[frame + 1]!)) missing--;
  }
  return missing >= 0;
}

function hasNearly(frames: Int32Array, first: number, second: number): boolean {
  for (let frame = 0; frame < frames.length; frame += 2) {
    const distance = differingBits(frames[frame]!, first) + differingBits(frames[frame + 1]!, second);
    if (distance <= NEARLY) return true;
  }
  return false;
}
