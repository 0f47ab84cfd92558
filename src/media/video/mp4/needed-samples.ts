import type { FrameIndex } from '../packet-index.js';
import type { StoredFrames } from './samples.js';

/** Samples of a track, both ends included. */
export interface SampleRange {
  readonly first: number;
  readonly last: number;
}

/** Of an MP4 file, what must be decoded for some of its frames. */
export interface NeededSamples {
  readonly ranges: readonly SampleRange[];
  readonly wanted: ReadonlySet<number>;
}

/**
 * What the wanted frames may depend on: each reaches back, in the order of decoding, to the keyframe before it.
 *
 * @param frames indices into the timeline.
 */
export function neededSamples(
  { positions }: FrameIndex,
  stored: StoredFrames,
  frames: readonly number[],
): NeededSamples | null {
  const samples = stored.samplesInOrderShown;
  // Otherwise some samples show no frame of their own, and which one shows which is not known.
  if (samples.length !== positions.length) return null;
  const wanted = new Set(frames.map((frame) => samples[frame]!));
  const ranges: Array<{ first: number; last: number }> = [];
  for (const sample of [...wanted].sort((one, other) => one - other)) {
    let first = sample;
    while (first > 0 && !stored.isKeyframe[first]) first -= 1;
    const before = ranges.at(-1);
    if (before && first <= before.last + 1) before.last = sample;
    else ranges.push({ first, last: sample });
  }
  return { ranges, wanted };
}

/** How many samples are decoded, at least. @param share of those that are not wanted, how many others depend on. */
export function countDecoded({ ranges, wanted }: NeededSamples, share: number): number {
  const all = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return wanted.size + (all - wanted.size) * share;
}
