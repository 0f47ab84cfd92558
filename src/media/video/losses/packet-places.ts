import type { Packet } from '../packet-index.js';
import type { LocatedPackets } from './lost-packets.js';

/** When a packet is decoded, in seconds; when it is shown, where that is all that is known. */
export const decodedAt = ({ decodingSeconds, presentationSeconds }: Packet): number =>
  Number.isNaN(decodingSeconds) ? presentationSeconds : decodingSeconds;

/** The place of the last number of a rising list that is less than a bound; -1 where none is. */
export function lastBefore(rising: ArrayLike<number>, bound: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What is lost around gaps in a file: the end of the packet in which one begins, and what comes before the next packet. */
export function createGaps({ packets, starts }: Pick<LocatedPackets, 'packets' | 'starts'>) {
  const [within, before] = [new Set<number>(), new Set<number>()];
  return {
    within,
    before,
    /** @param to where the gap ends, exclusive. */
    add: (from: number, to: number) => {
      const [last, next] = [packets[lastBefore(starts, from + 1)], packets[lastBefore(starts, to) + 1]];
      if (last) within.add(decodedAt(last));
      if (next) before.add(decodedAt(next));
    },
  };
}

/** A packet of which ffprobe does not say where it begins, such as the second one of two in one piece, begins where the one before does. */
export function rising(starts: ArrayLike<number>): Float64Array {
  let latest = 0;
  return Float64Array.from(starts, (start) => {
    if (start > latest) latest = start;
    return latest;
  });
}
