import { type Hash, MOST_BITS } from './hash-index.js';
import { colourDistance, differenceHash, differingBits } from './perceptual-hash.js';

/** What is left of a frame to compare it by. */
export interface FramePrint {
  readonly hash: Hash;
  /** uint8 RGB [8, 9, 3]. */
  readonly thumbnail: Uint8Array;
  /** Sum of the thumbnail's levels. */
  readonly brightness: number;
}

/** Most levels of 256 by which the colours of one scene differ: smooth pictures of other things share their hash. */
const MOST_LEVELS = 12;

/** Null for a frame without detail. */
export function framePrintOf(thumbnail: Uint8Array): FramePrint | null {
  const hash = differenceHash(thumbnail);
  return hash && { hash, thumbnail, brightness: thumbnail.reduce((sum, level) => sum + level, 0) };
}

/** Whether two frames show the same, at most scaled or compressed again. */
export function isNearly(one: FramePrint, other: FramePrint): boolean {
  const bits = differingBits(one.hash[0], other.hash[0]) + differingBits(one.hash[1], other.hash[1]);
  if (bits > MOST_BITS) return false;
  // Colours are as far apart as their means are at least.
  if (Math.abs(one.brightness - other.brightness) > MOST_LEVELS * one.thumbnail.length) return false;
  return colourDistance(one.thumbnail, other.thumbnail) <= MOST_LEVELS;
}
