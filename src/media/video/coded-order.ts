import type { Timeline } from '../sampling.js';
import { type FrameIndex, framePeriodSeconds, type Packet, toMicroseconds } from './packet-index.js';

/**
 * Codecs whose decoders hold each frame back until the next one that others depend on, and forget it where the size changes
 * before. With `-flags low_delay` they give each frame at once, so that none is lost, but in the order in which frames
 * are stored.
 */
export const holdsFramesBack = (codec: string | undefined): boolean =>
  /^(?:mpeg[12]video|mpeg4)$/.test(codec ?? '');

/** What says when a frame is shown, in the order in which frames are stored. */
interface CodedFrame {
  /** Whether it is shown before the frame that is stored before it and held back, as B-frames are. */
  readonly isBefore: boolean;
}

/** The places of stored frames in the order in which they are shown: one is held back for those that are shown before it. */
export function shownOrder(frames: readonly CodedFrame[]): number[] {
  const order: number[] = [];
  let held: number | undefined;
  frames.forEach(({ isBefore }, frame) => {
    if (held === undefined) held = frame;
    else if (isBefore) order.push(frame);
    else {
      order.push(held);
      held = frame;
    }
  });
  return held === undefined ? order : [...order, held];
}

/**
 * The index of a clip whose container stores no time stamps and whose frames are stored in another order than they are shown,
 * so that a packet of which no frame comes moves no other.
 *
 * @param packets those that are shown, in the order of the file.
 * @returns null where they have stamps of their own: ffmpeg makes up those of frames that are shown as they come, and no others.
 */
export function codedIndex(packets: readonly Packet[], framesPerSecond: number): FrameIndex | null {
  const isMadeUp = ({ presentationSeconds, decodingSeconds }: Packet, place: number) =>
    (Number.isNaN(presentationSeconds) || presentationSeconds === decodingSeconds) &&
    (place === 0 || decodingSeconds > packets[place - 1]!.decodingSeconds);
  if (packets.length === 0 || !packets.every(isMadeUp)) return null;
  const order = shownOrder(
    packets.map(({ presentationSeconds, isKeyframe }, place) => ({
      isBefore: place > 0 && !isKeyframe && !Number.isNaN(presentationSeconds),
    })),
  );
  const [first] = packets;
  return indexInOrder({
    kind: 'stamped',
    startSeconds: Float64Array.from(packets, ({ decodingSeconds }) =>
      toMicroseconds(decodingSeconds - first!.decodingSeconds),
    ),
    isKeyframe: order.map((place) => packets[place]!.isKeyframe),
    codedPositions: Float64Array.from(order, (place) => packets[place]!.decodingSeconds),
    framesPerSecond,
  });
}

/** The index of frames with these times, in the order in which they are shown. */
export function indexInOrder({
  kind,
  startSeconds,
  isKeyframe,
  codedPositions,
  framesPerSecond,
}: Pick<FrameIndex, 'kind' | 'codedPositions'> &
  Pick<Timeline, 'startSeconds' | 'isKeyframe'> & { framesPerSecond: number }): FrameIndex {
  const period = framePeriodSeconds(startSeconds, framesPerSecond);
  const durationSeconds = toMicroseconds(startSeconds.at(-1)! + period);
  return {
    kind,
    timeline: { startSeconds, isKeyframe, durationSeconds },
    positions: kind === 'stamped' ? startSeconds : Float64Array.from(startSeconds.keys()),
    isReordered: kind === 'stamped',
    codedPositions,
  };
}

/** Finds the position, as the index has it, of a frame by what ffmpeg gives as its position. */
export function positionFinder({ positions, codedPositions }: FrameIndex): (given: number) => number {
  if (!codedPositions) return (given) => given;
  const ranks = [...codedPositions.keys()].sort(
    (one, other) => codedPositions[one]! - codedPositions[other]!,
  );
  const sorted = Float64Array.from(ranks, (rank) => codedPositions[rank]!);
  return (given) => positions[ranks[nearest(sorted, given)]!]!;
}

function nearest(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - sorted[low - 1]! < sorted[low]! - value ? low - 1 : low;
}

/**
 * Ranges of what ffmpeg gives as positions in which lie the first frame at or after each boundary and those shown after it, which
 * stand for it where it does not come, and let it out where it is held back. Rising, each a start and an end.
 */
export function codedRanges(
  { positions, codedPositions }: FrameIndex & { readonly codedPositions: Float64Array },
  boundaries: readonly number[],
): number[] {
  const keys = new Set<number>();
  for (const boundary of boundaries) {
    const first = nearest(positions, boundary);
    const rank = positions[first]! < boundary ? first + 1 : first;
    for (const key of codedPositions.subarray(rank, rank + FRAMES_LET_THROUGH)) keys.add(key);
  }
  const all = Float64Array.from(codedPositions).sort();
  const ranges: number[] = [];
  for (const key of [...keys].sort((one, other) => one - other)) {
    const place = nearest(all, key);
    const gapBefore = place > 0 ? key - all[place - 1]! : 1;
    const gapAfter = place + 1 < all.length ? all[place + 1]! - key : 1;
    const start = key - gapBefore / 2;
    if (ranges.length > 0 && ranges.at(-1)! >= start - 1e-9) ranges.pop();
    else ranges.push(start);
    ranges.push(key + gapAfter / 2);
  }
  return ranges.length > MAX_BOUNDARIES ? [ranges[0]!, ranges.at(-1)!] : ranges;
}

const FRAMES_LET_THROUGH = 3;

/** As many as frame-selection.ts makes a condition of. */
const MAX_BOUNDARIES = 4096;
