import type { ReadBytes } from '../../byte-window.js';
import type { LocatedPackets, Losses } from './lost-packets.js';
import { decodedAt } from './packet-places.js';

/**
 * What is lost of a DV, IEC 61834-2: a frame is made of blocks of one length, of which each says what it holds. Where the first one of a
 * frame is wrong, ffmpeg takes it for a frame of another size, and stops where none of these begins.
 */
export async function findDvLosses(
  readBytes: ReadBytes,
  { packets, starts, bytes }: LocatedPackets,
): Promise<Losses> {
  const within = new Set<number>();
  let isAstray = false;
  for (const [place, packet] of packets.entries()) {
    const frame = await readBytes(starts[place]!, bytes[place]!);
    if (hasAllPictureBlocks(frame)) continue;
    within.add(decodedAt(packet));
    isAstray ||= bytes[place] !== bytes[0];
  }
  const last = packets.length - 1;
  // A recording may end amid a frame.
  const rest = last < 0 ? 0 : (await readBytes(starts[last]! + bytes[last]!, bytes[0]!)).length;
  const isCutOff = isAstray || (rest > 0 && rest === bytes[0]);
  return { within, before: new Set(), cutOff: isCutOff ? { declaredFrames: null } : undefined };
}

const BLOCK_BYTES = 80;
/** In a row, which begins with a header and notes on time and video; of every 16 blocks after these, the first holds sound. */
const BLOCKS = 150;
const FIRST_BLOCKS = 6;
const PICTURE = 4;

function hasAllPictureBlocks(frame: Buffer): boolean {
  for (let block = 0; block * BLOCK_BYTES < frame.length; block++) {
    const place = (block % BLOCKS) - FIRST_BLOCKS;
    const isOfPicture = place >= 0 && place % 16 !== 0;
    if (isOfPicture && frame[block * BLOCK_BYTES]! >> 5 !== PICTURE) return false;
  }
  return true;
}
