import type { Packet } from '../packet-index.js';

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
