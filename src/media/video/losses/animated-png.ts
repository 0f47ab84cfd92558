import type { ReadBytes } from '../../byte-window.js';
import type { LocatedPackets, Losses } from './lost-packets.js';
import { decodedAt } from './packet-places.js';

/**
 * What is lost of an animated PNG (PNG, third edition, section 11.3.6): acTL says how many pictures there are, each begins with
 * fcTL, and these and the pieces of pictures (fdAT) are numbered.
 */
export async function findAnimatedPngLosses(
  readBytes: ReadBytes,
  { packets }: Pick<LocatedPackets, 'packets'>,
): Promise<Losses> {
  const within = new Set<number>();
  let declared: number | null = null;
  let pictures = 0;
  let numbered = 0;
  for (let start = 8; ; ) {
    const head = await readBytes(start, 12);
    const type = head.toString('latin1', 4, 8);
    if (type === 'IEND' || head.length < 12) {
      const next = await readBytes(start + 12, 8);
      const isFollowed = type === 'IEND' && next.toString('latin1') === '\x89PNG\r\n\x1a\n';
      const cutOff = type === 'IEND' ? undefined : { declaredFrames: declared };
      return { within, before: new Set(), cutOff, isFollowed };
    }
    const number = head.readUInt32BE(8);
    if (type === 'acTL') declared = number > 0 && number <= MAX_PICTURES ? number : null;
    if (type === 'fcTL') pictures += 1;
    if (type === 'fcTL' || type === 'fdAT') {
      const packet = packets[Math.max(0, pictures - 1)];
      if (number !== numbered && packet) within.add(decodedAt(packet));
      numbered = number + 1;
    }
    start += 12 + head.readUInt32BE(0);
  }
}

/** What is written into a pipe has a greater number, since its own is not known. */
const MAX_PICTURES = 2 ** 31 - 1;
