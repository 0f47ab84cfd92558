import type { ReadBytes } from '../../byte-window.js';
import { isSeam } from '../packet-index.js';
import type { LocatedPackets, Losses } from './lost-packets.js';
import { decodedAt, lastBefore } from './packet-places.js';
import { createZerosCheck } from './zeros-in-slices.js';

/**
 * What is lost of the video in an MPEG-PS, ISO/IEC 13818-1, section 2.5.3: it is a chain of headers and packets, each of which begins
 * where the one before ends. Of H.264 and H.265, zeros in place of data are seen within a packet, too. Not every frame has a stamp:
 * those without are taken for damaged with the one before that has.
 *
 * @returns null where the file is no such chain, as one of a Video CD, whose sectors have headers of their own.
 */
export async function findProgramLosses(
  readBytes: ReadBytes,
  { packets, starts, codec }: Pick<LocatedPackets, 'packets' | 'starts'> & { readonly codec: string },
): Promise<Losses | null> {
  const stamped = packets
    .map((packet, index) => ({ seconds: decodedAt(packet), start: starts[index]! }))
    .filter(({ seconds }) => !Number.isNaN(seconds));
  const chain = await followChain(readBytes, codec);
  if (chain.gaps.length > chain.links * MOST_GAPS) return null;
  const [within, before] = [new Set<number>(), new Set<number>()];
  const stampedStarts = stamped.map(({ start }) => start);
  for (const { from, to } of chain.gaps) {
    // The end of a frame lies in the packet in which the next one begins.
    const [first, next] = [lastBefore(stampedStarts, from), lastBefore(stampedStarts, to) + 1];
    const [latest, after] = [stamped[next - 1]?.seconds, stamped[next]?.seconds];
    if (latest !== undefined && after !== undefined && isSeam(latest, after)) continue;
    for (const { seconds } of stamped.slice(Math.max(0, first), next)) within.add(seconds);
    if (after !== undefined) before.add(after);
  }
  return { within, before };
}

const MOST_GAPS = 1 / 8;

/** From the start of a link that is damaged, or lacks a part, to that of the next one. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

async function followChain(readBytes: ReadBytes, codec: string): Promise<{ links: number; gaps: Gap[] }> {
  const gaps: Gap[] = [];
  const holdsZeros = createZerosCheck(codec);
  let links = 0;
  // A stream may be cut out of a longer one, and some cameras put a header of their own before it.
  let start = await findLink(readBytes, 0);
  let link = start === null ? null : await readLink(readBytes, start);
  while (start !== null && link !== null) {
    links += 1;
    const end: number = start + link.bytes;
    const next: Link | null = await readLink(readBytes, end);
    const found: number | null =
      next || (await isEndOfFile(readBytes, end)) ? end : await findLink(readBytes, start + MARK_BYTES);
    // After the end of the stream and of the file, anything may follow.
    const isGap = found !== null && found !== end && !link.isEnd;
    const isBroken = isGap && !(await isPadding(readBytes, end, found));
    if (isBroken || (link.isVideo && holdsZeros(await readBytes(start, link.bytes))))
      gaps.push({ from: start, to: found ?? end });
    start = found;
    link = next ?? (found === null ? null : await readLink(readBytes, found));
  }
  return { links, gaps };
}

const isEndOfFile = async (readBytes: ReadBytes, place: number): Promise<boolean> =>
  (await readBytes(place - 1, 2)).length === 1;

/** Some programs fill up sectors with zeros. */
async function isPadding(readBytes: ReadBytes, from: number, to: number): Promise<boolean> {
  if (to < from || to - from > MAX_PADDING_BYTES) return false;
  return (await readBytes(from, to - from)).every((byte) => byte === 0);
}

/** Less than a sector. */
const MAX_PADDING_BYTES = 2047;

interface Link {
  readonly bytes: number;
  /** Whether it ends the stream; another one may be joined after it. */
  readonly isEnd: boolean;
  readonly isVideo: boolean;
}

const MARK = Buffer.of(0, 0, 1);
const MARK_BYTES = 4;
const END = 0xb9;
const PACK = 0xba;
const PACK_BYTES = 14;

async function readLink(readBytes: ReadBytes, start: number): Promise<Link | null> {
  const head = await readBytes(start, PACK_BYTES);
  if (head.length < MARK_BYTES || head.indexOf(MARK) !== 0 || head[3]! < END) return null;
  if (head[3] === END) return { bytes: MARK_BYTES, isEnd: true, isVideo: false };
  const bytes = head[3] === PACK ? packBytes(head) : packetBytes(head);
  return bytes === null ? null : { bytes, isEnd: false, isVideo: head[3]! >> 4 === 0xe };
}

/** Of MPEG-2 and MPEG-1. */
function packBytes(head: Buffer): number | null {
  if (head.length === PACK_BYTES && head[4]! >> 6 === 1) return PACK_BYTES + (head[13]! & 7);
  return head.length >= 12 && head[4]! >> 4 === 2 ? 12 : null;
}

function packetBytes(head: Buffer): number | null {
  const length = head.length < 6 ? 0 : head.readUInt16BE(4);
  return length === 0 ? null : 6 + length;
}

/** Where a link begins with another one after it, or the end of the file. */
async function findLink(readBytes: ReadBytes, from: number): Promise<number | null> {
  let tries = 0;
  for (let start = from; tries < MOST_TRIES; start += BLOCK_BYTES) {
    const block = await readBytes(start, BLOCK_BYTES + MARK_BYTES - 1);
    for (let at = block.indexOf(MARK); at >= 0 && at < BLOCK_BYTES; at = block.indexOf(MARK, at + 1)) {
      // Others are within a video.
      if ((block[at + 3] ?? 0) < END) continue;
      tries += 1;
      const link = await readLink(readBytes, start + at);
      if (!link) continue;
      const end = start + at + link.bytes;
      if ((await readLink(readBytes, end)) || (await isEndOfFile(readBytes, end))) return start + at;
    }
    if (block.length < BLOCK_BYTES) return null;
  }
  return null;
}

const BLOCK_BYTES = 2 ** 16;

/** What only looks like a link is rare where nobody put it there. */
const MOST_TRIES = 4096;
