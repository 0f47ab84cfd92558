import type { LocatedPackets, Losses } from './lost-packets.js';
import { decodedAt, lastBefore } from './packet-places.js';

/** What newer demuxers say of what is no element, with its place in the file. */
const PLACE = /^\[matroska.*(?:Element at|at pos) (?:0x([0-9a-f]+)|(\d+))/;

/**
 * What is lost of the video in a Matroska by the words of ffprobe, which says where. The packaged ffmpeg is older, and says nothing
 * there.
 */
export function findMatroskaLosses(
  errorLines: readonly string[],
  { packets, starts }: LocatedPackets,
): Losses | null {
  const [within, before] = [new Set<number>(), new Set<number>()];
  for (const line of errorLines) {
    const [, hexadecimal, decimal] = PLACE.exec(line) ?? [];
    if (hexadecimal === undefined && decimal === undefined) continue;
    const position = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    const last = lastBefore(starts, position + 1);
    if (packets[last]) within.add(decodedAt(packets[last]));
    if (packets[last + 1]) before.add(decodedAt(packets[last + 1]!));
  }
  return { within, before };
}
