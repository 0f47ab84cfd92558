import type { FrameIndex } from './packet-index.js';

/** Where decoding can begin so that a frame comes out: the last keyframe up to it, or the first frame. */
export function previousKeyframe({ timeline }: FrameIndex, frame: number): number {
  let keyframe = frame;
  while (keyframe > 0 && !timeline.isKeyframe[keyframe]) keyframe -= 1;
  return keyframe;
}

/**
 * In place of each wanted frame the one that takes the least decoding, at most half-way to the wanted frames beside it:
 * the nearest keyframe there, or else the earliest frame, since nothing after that need be decoded for it. Null for a
 * single frame: it has none beside it, which would give a distance.
 *
 * @param wanted indices into the timeline, never falling; repeated ones give the same frame.
 */
export function leastDecoded(
  { timeline: { startSeconds, isKeyframe } }: Pick<FrameIndex, 'timeline'>,
  wanted: readonly number[],
): number[] | null {
  const distinct = [...new Set(wanted)];
  if (distinct.length < 2) return null;
  const chosen = new Map<number, number>();
  let free = 0;
  for (const [position, frame] of distinct.entries()) {
    const distanceTo = (other: number) => Math.abs(startSeconds[other]! - startSeconds[frame]!);
    const [before, after] = [distinct[position - 1], distinct[position + 1]];
    const back = distanceTo(before ?? after!) / 2;
    const ahead = distanceTo(after ?? before!) / 2;
    let first = frame;
    while (first > free && distanceTo(first - 1) <= back) first -= 1;
    let nearest: number | undefined;
    for (let other = first; other < startSeconds.length; other++) {
      if (other > frame && distanceTo(other) > ahead) break;
      if (isKeyframe[other] && (nearest === undefined || distanceTo(other) < distanceTo(nearest)))
        nearest = other;
    }
    chosen.set(frame, nearest ?? first);
    free = (nearest ?? first) + 1;
  }
  return wanted.map((frame) => chosen.get(frame)!);
}
