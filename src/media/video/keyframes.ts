import type { FrameIndex } from './packet-index.js';

/** Where decoding can begin so that a frame comes out: the last keyframe up to it, or the first frame. */
export function previousKeyframe({ timeline }: FrameIndex, frame: number): number {
  let keyframe = frame;
  while (keyframe > 0 && !timeline.isKeyframe[keyframe]) keyframe -= 1;
  return keyframe;
}

/**
 * The keyframe nearest to each wanted frame, if each has one of its own and it lies at most half-way to the
 * wanted frames beside it; null otherwise. A single frame has none beside it, which tells no distance.
 *
 * @param wanted indices into the timeline, never falling; repeated ones give the same keyframe.
 */
export function nearestKeyframes(
  { timeline }: Pick<FrameIndex, 'timeline'>,
  wanted: readonly number[],
): number[] | null {
  const seconds = (frame: number) => timeline.startSeconds[frame]!;
  const keyframes = timeline.isKeyframe.flatMap((isKeyframe, frame) => (isKeyframe ? [frame] : []));
  const distinct = [...new Set(wanted)];
  if (distinct.length < 2 || keyframes.length < distinct.length) return null;
  const nearest = new Map<number, number>();
  let next = 0;
  for (const [position, frame] of distinct.entries()) {
    const distanceTo = (keyframe: number) => Math.abs(seconds(keyframes[keyframe]!) - seconds(frame));
    while (next + 1 < keyframes.length && distanceTo(next + 1) < distanceTo(next)) next += 1;
    const besides = [distinct[position - 1], distinct[position + 1]].filter((other) => other !== undefined);
    const gap = Math.min(...besides.map((other) => Math.abs(seconds(other) - seconds(frame))));
    if (next === keyframes.length || distanceTo(next) > gap / 2) return null;
    nearest.set(frame, keyframes[next]!);
    // Each has one of its own.
    next += 1;
  }
  return wanted.map((frame) => nearest.get(frame)!);
}

/**
 * In place of each wanted frame the one that takes the least decoding, at most half-way to the wanted frames beside it:
 * the nearest keyframe there, or else the earliest frame, since nothing behind that need be decoded for it. Null for a
 * single frame, as nearestKeyframes.
 *
 * @param wanted likewise.
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
