import type { FrameIndex } from './packet-index.js';

/** Frames of an index that are wanted, and how they are distinguished from the others while ffmpeg decodes. */
export interface Selection {
  /** The frames wanted, rising, each once. */
  readonly targets: readonly Target[];
  /** The first frame at or after each of these positions is let through; rising, each once. */
  readonly boundaries: readonly number[];
}

/**
 * A wanted frame. A packet need not show a frame of its own (the second field of a picture, a last packed
 * frame of MPEG-4): a neighbour then stands for it.
 */
export interface Target {
  /** Index into the timeline. */
  readonly frame: number;
  /** The first frame decoded at or after this position is the one ... */
  readonly from: number;
  /** ... its own if it lies before this one, ... */
  readonly ownBefore: number;
  /** ... or one that stands for it if it lies before this one. */
  readonly before: number;
  /** When no more frames come, the last one stands for it if it lies at or after this position. */
  readonly spareFrom: number;
}

/**
 * @param frames indices into the index's timeline, never falling.
 * @param reach how far off, in frames, a neighbour may be.
 */
export function selectFrames(index: FrameIndex, frames: readonly number[], reach: number): Selection {
  // The clip's last frames have no later neighbour: earlier ones are let through, to be there if need be.
  const nearEnd = index.positions.length - reach;
  const wanted = [...new Set(frames)];
  const targets = wanted.map((frame) => ({
    frame,
    from: boundaryBefore(index, frame),
    ownBefore: boundaryBefore(index, frame + 1),
    before: boundaryBefore(index, frame + reach + 1),
    spareFrom:
      frame >= nearEnd ? boundaryBefore(index, Math.max(0, frame - reach)) : Number.POSITIVE_INFINITY,
  }));
  const boundaries = new Set(targets.map((target) => target.from));
  for (const frame of wanted.filter((one) => one >= nearEnd)) {
    for (let back = 1; back <= reach; back++) {
      boundaries.add(boundaryBefore(index, Math.max(0, frame - back)));
    }
  }
  return { targets, boundaries: [...boundaries].sort((one, other) => one - other) };
}

/** Half-way to the frame before, so that no rounding of times can put a frame on the wrong side. */
function boundaryBefore({ positions }: FrameIndex, frame: number): number {
  if (frame >= positions.length) return Number.POSITIVE_INFINITY;
  if (frame > 0) return (positions[frame - 1]! + positions[frame]!) / 2;
  const firstGap = positions.length > 1 ? positions[1]! - positions[0]! : 1;
  return positions[0]! - firstGap / 2;
}

/**
 * The condition for ffmpeg's select filter, of a frame's stamp `t` in seconds. Variable 0 counts the boundaries that the
 * frames so far have passed: a frame that passes more is let through.
 *
 * @param boundaries 4096 of them make some 90 kB; Linux grants an argument 128 KiB.
 */
export function selectCondition(boundaries: readonly number[]): string {
  // A frame without a stamp, which compares as neither less nor more, has passed none.
  const passed = `if(isnan(t),0,${countPassed(boundaries)})`;
  return `st(1,${passed});st(2,gt(ld(1),ld(0)));st(0,max(ld(0),ld(1)));ld(2)`;
}

/** The same for frames that come in any order: those in ranges of stamps. @param ranges rising, each a start and an end. */
export const rangeCondition = (ranges: readonly number[]): string =>
  `if(isnan(t),0,mod(${countPassed(ranges)},2))`;

/** A tree of comparisons: ffmpeg evaluates it for every frame of the clip, in twelve steps at most. */
function countPassed(boundaries: readonly number[]): string {
  const subtree = (low: number, high: number): string => {
    if (low === high) return String(low);
    const middle = (low + high) >>> 1;
    const boundary = Number(boundaries[middle]!.toFixed(6));
    return `if(lt(t,${boundary}),${subtree(low, middle)},${subtree(middle + 1, high)})`;
  };
  return subtree(0, boundaries.length);
}

/** A wanted frame and the decoded one that stands for it. */
export interface Match<D> {
  readonly target: Target;
  readonly decoded: D;
}

/** Gives every target its frame. One whose place stays empty gets none, or where any distance is right, another. */
export interface FrameMatcher<D> {
  /** To be called with the decoded frames in their order. */
  take(decoded: D): Match<D>[];
  /** To be called when no more frames come. */
  finish(): Match<D>[];
  /** Whether nothing is waited for. */
  isDone(): boolean;
}

export function createMatcher<D extends { readonly position: number }>(
  targets: readonly Target[],
  /** Whether a packet without a frame is taken for one that has none, so that the next frame or the last one is right. */
  isAnyDistanceRight: (decoded: D) => boolean = () => false,
): FrameMatcher<D> {
  let waiting = [...targets];
  let latest: D | undefined;
  return {
    take: (decoded) => {
      latest = decoded;
      const due = waiting.filter((target) => decoded.position >= target.from);
      waiting = waiting.slice(due.length);
      return due
        .filter((target) => decoded.position < target.before || isAnyDistanceRight(decoded))
        .map((target) => ({ target, decoded }));
    },
    finish: () => {
      const standIn = latest;
      if (!standIn) return [];
      return waiting
        .filter((target) => standIn.position >= target.spareFrom || isAnyDistanceRight(standIn))
        .map((target) => ({ target, decoded: standIn }));
    },
    isDone: () => waiting.length === 0,
  };
}
