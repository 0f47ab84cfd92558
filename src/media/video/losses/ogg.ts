import type { ReadBytes } from '../../byte-window.js';
import type { LocatedPackets, Losses } from './lost-packets.js';
import { decodedAt, lastBefore } from './packet-places.js';

/**
 * What is lost of the first video in an Ogg, RFC 3533: the pages of each stream are numbered, and each has a checksum.
 *
 * @param located.areSumsChecked whether the checksums are held against the pages, which takes longer than following them. ffprobe does
 *   so, but of ffmpeg only newer versions do.
 */
export async function findOggLosses(
  readBytes: ReadBytes,
  { packets, starts, areSumsChecked }: LocatedPackets & { readonly areSumsChecked: boolean },
): Promise<Losses> {
  const within = new Set<number>();
  const before: ReadonlySet<number> = new Set();
  // ffprobe leaves out pages whose checksum is wrong.

  const video = createFollower();
  const addGap = (position: number) => {
    const last = lastBefore(starts, position);
    const [latest, next] = [packets[last], packets[last + 1]];
    if (latest && (video.isOpen() || !next)) within.add(decodedAt(latest));
    // It may be put together of what is left on both sides.
    if (next) within.add(decodedAt(next));
  };
  let isInSync = true;
  for (let start = 0; ; ) {
    const page = parsePage(await readBytes(start, MAX_HEAD_BYTES));
    const whole = page && (await readBytes(start, page.bytes));
    if (page && whole!.length < page.bytes && isInSync && within.size === 0)
      return { within, before, cutOff: { declaredFrames: null } };
    if (!page || whole!.length < page.bytes || (areSumsChecked && checksum(whole!) !== page.checksum)) {
      const next = await findPage(readBytes, start + 1);
      if (isInSync && (page || next !== null || (await readBytes(start, 1)).length > 0)) addGap(start);
      isInSync = false;
      if (next === null) return { within, before, given: new Set(packets.map(decodedAt)) };
      start = next;
      continue;
    }
    isInSync = true;
    const taken = video.take(page, whole!);
    if (taken === 'another film') return { within, before, isFollowed: true };
    if (taken === 'after a gap') addGap(start);
    start += page.bytes;
  }
}

interface Page {
  readonly isFirst: boolean;
  readonly serial: number;
  readonly number: number;
  readonly checksum: number;
  readonly headBytes: number;
  readonly bytes: number;
  /** Whether its last packet goes on in the next page. */
  readonly isOpen: boolean;
}

const MARK = 'OggS';
const LEAST_HEAD_BYTES = 27;
const MAX_HEAD_BYTES = LEAST_HEAD_BYTES + 255;

function parsePage(head: Buffer): Page | null {
  if (head.length < LEAST_HEAD_BYTES || head.toString('latin1', 0, 4) !== MARK || head[4] !== 0) return null;
  const headBytes = LEAST_HEAD_BYTES + head[26]!;
  const pieces = head.subarray(LEAST_HEAD_BYTES, headBytes);
  return {
    isFirst: (head[5]! & 2) !== 0,
    serial: head.readUInt32LE(14),
    number: head.readUInt32LE(18),
    checksum: head.readUInt32LE(22),
    headBytes,
    bytes: pieces.reduce((sum, piece) => sum + piece, headBytes),
    isOpen: pieces.at(-1) === 255,
  };
}

async function findPage(readBytes: ReadBytes, from: number): Promise<number | null> {
  for (let start = from; ; start += BLOCK_BYTES) {
    const block = await readBytes(start, BLOCK_BYTES + MARK.length - 1);
    const found = block.indexOf(MARK, 0, 'latin1');
    if (found >= 0) return start + found;
    if (block.length < BLOCK_BYTES) return null;
  }
}

const BLOCK_BYTES = 2 ** 16;

/** What the first page of a video begins with: Theora, VP8, Dirac, and the codecs of Windows in OGM. */
const VIDEOS = ['\x80theora', 'OVP80', 'BBCD\0', '\x01video\0'];

/** Follows the pages of the first video. */
function createFollower() {
  let serial: number | undefined;
  let latest: Page | undefined;
  return {
    isOpen: () => latest?.isOpen ?? false,
    take: (page: Page, bytes: Buffer): 'next' | 'after a gap' | 'another film' => {
      const begins = (text: string) =>
        bytes.toString('latin1', page.headBytes, page.headBytes + text.length) === text;
      if (page.isFirst && VIDEOS.some(begins)) {
        // Several videos side by side begin before any goes on.
        if (latest && !latest.isFirst) return 'another film';
        serial ??= page.serial;
      }
      if (page.serial !== serial) return 'next';
      const isNext = !latest || page.number === (latest.number + 1) % 2 ** 32;
      latest = page;
      return isNext ? 'next' : 'after a gap';
    },
  };
}

/** CRC-32 by 0x04c11db7, from the highest bit on, of a page in which its own place is 0. */
function checksum(page: Buffer): number {
  let sum = 0;
  for (let at = 0; at < page.length; at++) {
    const byte = at >= 22 && at < 26 ? 0 : page[at]!;
    sum = (sum << 8) ^ TABLE[(sum >>> 24) ^ byte]!;
  }
  return sum >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum;
});
