import type { ReadBytes } from '../../byte-window.js';
import type { LocatedPackets, Losses } from './lost-packets.js';
import { createGaps } from './packet-places.js';

/**
 * What is lost of the video in an FLV, by Adobe's specification of the format, annex E: each tag says how long it is, and
 * after it, that stands once more.
 *
 * @returns null where the lengths after tags are not what they should be from the start, as some programs write them.
 */
export async function findFlvLosses(readBytes: ReadBytes, packets: LocatedPackets): Promise<Losses | null> {
  const { within, before, add: addGap } = createGaps(packets);
  const head = await readBytes(0, 9);
  if (head.length < 9) return null;
  const first = head.readUInt32BE(5) + LENGTH_BYTES;
  for (let start = first; ; ) {
    const tag = await readTag(readBytes, start);
    if (tag === 'end') return { within, before };
    if (tag === 'cut off' && within.size + before.size === 0)
      return { within, before, cutOff: { declaredFrames: null } };
    if (typeof tag === 'object' && (tag.isWhole || (await readsOn(readBytes, tag.next)))) {
      start = tag.next;
      continue;
    }
    if (start === first) return null;
    if ((await readBytes(start, 4)).toString('latin1') === 'FLV\x01')
      return { within, before, isFollowed: true };
    const next = await findTag(readBytes, start + 1);
    addGap(start, next ?? Number.POSITIVE_INFINITY);
    if (next === null) return { within, before };
    start = next;
  }
}

interface Tag {
  /** Whether the length after it is right. */
  readonly isWhole: boolean;
  /** Where the next one begins. */
  readonly next: number;
}

async function readTag(readBytes: ReadBytes, start: number): Promise<Tag | 'none' | 'cut off' | 'end'> {
  const head = await readBytes(start, TAG_HEAD_BYTES);
  if (head.length < TAG_HEAD_BYTES) return 'end';
  if (!isTag(head)) return 'none';
  const end = start + TAG_HEAD_BYTES + head.readUIntBE(1, 3);
  const lastAndLength = await readBytes(end - 1, 1 + LENGTH_BYTES);
  if (lastAndLength.length === 0) return 'cut off';
  const isWhole = lastAndLength.length > LENGTH_BYTES && lastAndLength.readUInt32BE(1) === end - start;
  return { isWhole, next: end + LENGTH_BYTES };
}

/** Some programs write wrong lengths after a tag, and the next one begins all the same. */
async function readsOn(readBytes: ReadBytes, start: number): Promise<boolean> {
  const next = await readTag(readBytes, start);
  return next === 'end' || (typeof next === 'object' && next.isWhole);
}

const TAG_HEAD_BYTES = 11;
const LENGTH_BYTES = 4;

/** Sound, video or a script, of stream 0, maybe encrypted. */
const isTag = (head: Buffer): boolean => [8, 9, 18].includes(head[0]! & 0x1f) && head.readUIntBE(8, 3) === 0;

/** Where a tag begins of which both lengths agree. */
async function findTag(readBytes: ReadBytes, from: number): Promise<number | null> {
  let tries = 0;
  for (let start = from; ; start += BLOCK_BYTES) {
    const block = await readBytes(start, BLOCK_BYTES + TAG_HEAD_BYTES);
    for (let at = 0; at < BLOCK_BYTES && at + TAG_HEAD_BYTES <= block.length; at++) {
      if (!isTag(block.subarray(at, at + TAG_HEAD_BYTES))) continue;
      const tag = await readTag(readBytes, start + at);
      if (typeof tag === 'object' && tag.isWhole) return start + at;
      tries += 1;
      if (tries === MOST_TRIES) return null;
    }
    if (block.length < BLOCK_BYTES) return null;
  }
}

const BLOCK_BYTES = 2 ** 16;

/** What only looks like a tag is rare where nobody put it there. */
const MOST_TRIES = 4096;
