import type { LocatedPackets, Losses } from './lost-packets.js';
import { createGaps } from './packet-places.js';

/** What newer demuxers say of what is no element, with its place in the file. */
const PLACE = /^\[matroska.*(?:Element at|at pos) (?:0x([0-9a-f]+)|(\d+))/;

/**
 * What is lost of the video in a Matroska by the words of ffprobe, which says where. The packaged ffmpeg is older, and says nothing
 * there.
 */
export function findMatroskaLosses(errorLines: readonly string[], packets: LocatedPackets): Losses {
  const { within, before, add: addGap } = createGaps(packets);
  for (const line of errorLines) {
    const [, hexadecimal, decimal] = PLACE.exec(line) ?? [];
    if (hexadecimal === undefined && decimal === undefined) continue;
    const position = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    addGap(position, position + 1);
  }
  return { within, before };
}
