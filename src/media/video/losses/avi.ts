import type { ReadBytes } from '../../byte-window.js';
import type { LocatedPackets, Losses } from './lost-packets.js';
import { decodedAt } from './packet-places.js';

/**
 * What is lost of the first video in an AVI: the index at its end lists where each packet lies and how many bytes it has, and
 * ffmpeg reads on at the next one that it finds, as if there had been no other.
 *
 * @returns null where there is no index, or one that is of something else.
 */
export async function findAviLosses(
  readBytes: ReadBytes,
  { packets, starts, bytes, fileBytes }: LocatedPackets & { readonly fileBytes: number },
): Promise<Losses | null> {
  const stream = videoNumber(await readBytes(0, HEAD_BYTES));
  const listed = stream === null ? null : await readIndex(readBytes, { stream, fileBytes });
  if (!listed || listed.length === 0) return null;
  const found = packets.map((_, packet) => ({ start: starts[packet]!, bytes: bytes[packet]! }));
  const gaps = compare(found, listed);
  // Then the index is of other packets.
  if (gaps.length > 0 && (gaps[0]!.place === 0 || gaps.length > found.length * MOST_GAPS)) return null;
  const [within, before] = [new Set<number>(), new Set<number>()];
  for (const { from, place } of gaps) {
    // The one before may lack its end, of which what follows has taken the place.
    for (const packet of packets.slice(from - 1, place)) within.add(decodedAt(packet));
    if (packets[place]) before.add(decodedAt(packets[place]));
  }
  return { within, before, missing: gaps.map(({ place, lost }) => ({ packet: place, count: lost })) };
}

const HEAD_BYTES = 2 ** 16;
const MOST_GAPS = 1 / 8;

/** The place of the first video among the streams. */
function videoNumber(head: Buffer): number | null {
  let stream = 0;
  for (let at = head.indexOf('strh'); at >= 0; at = head.indexOf('strh', at + 4), stream++)
    if (head.toString('latin1', at + 8, at + 12) === 'vids') return stream;
  return null;
}

interface Listed {
  readonly start: number;
  readonly bytes: number;
}

const ENTRY_BYTES = 16;
const BLOCK_BYTES = 2 ** 18;
const MAX_INDEX_BYTES = 2 ** 26;

/** The packets of a stream by the index (idx1), which is the last thing in the file, or nearly so; empty ones show nothing. */
async function readIndex(
  readBytes: ReadBytes,
  { stream, fileBytes }: { stream: number; fileBytes: number },
): Promise<Listed[] | null> {
  const kinds = ['dc', 'db'].map((kind) => String(stream).padStart(2, '0') + kind);
  for (let start = fileBytes - BLOCK_BYTES; start > -BLOCK_BYTES; start -= BLOCK_BYTES) {
    const from = Math.max(0, start);
    const block = await readBytes(from, Math.min(fileBytes, start + BLOCK_BYTES + 8) - from);
    const at = block.lastIndexOf('idx1', undefined, 'latin1');
    if (at >= 0 && at + 8 <= block.length) {
      const index = await readBytes(from + at + 8, Math.min(block.readUInt32LE(at + 4), MAX_INDEX_BYTES));
      const entries = Array.from({ length: Math.floor(index.length / ENTRY_BYTES) }, (_, entry) =>
        index.subarray(entry * ENTRY_BYTES, (entry + 1) * ENTRY_BYTES),
      );
      return entries
        .filter((entry) => kinds.includes(entry.toString('latin1', 0, 4)))
        .map((entry) => ({ start: entry.readUInt32LE(8), bytes: entry.readUInt32LE(12) }))
        .filter((entry) => entry.bytes > 0);
    }
    if (fileBytes - start > MAX_INDEX_BYTES) return null;
  }
  return null;
}

interface Gap {
  /** From this packet on, those that are there are not those that are listed, ... */
  readonly from: number;
  /** ... and from this one on, they are again. */
  readonly place: number;
  readonly lost: number;
}

/** Holds the packets that are there against those that are listed. */
function compare(found: readonly Listed[], listed: readonly Listed[]): Gap[] {
  const gaps: Gap[] = [];
  let shift = found[0]!.start - listed[0]!.start;
  let [at, entry] = [0, 0];
  while (at < found.length && entry < listed.length) {
    if (isSame(found[at]!, listed[entry]!, shift)) {
      at += 1;
      entry += 1;
      continue;
    }
    const next = gaps.length < MOST_SOUGHT ? findAgain({ found, listed }, { at, entry, shift }) : null;
    if (!next) return [...gaps, { from: at, place: found.length, lost: 0 }];
    gaps.push({ from: at, place: next.at, lost: Math.max(0, next.entry - entry - (next.at - at)) });
    ({ at, entry } = next);
    shift = found[at]!.start - listed[entry]!.start;
  }
  const lost = listed.length - entry;
  return lost > 0 ? [...gaps, { from: found.length, place: found.length, lost }] : gaps;
}

const isSame = (one: Listed, other: Listed | undefined, shift: number): boolean =>
  one.bytes === other?.bytes && one.start - other.start === shift;

const MOST_WRONG = 8;
const MOST_LOST = 2 ** 12;
const MOST_SOUGHT = 256;
const RUN = 3;

/** Where the two agree again: at the same distance, or at another one where several packets in a row have the right lengths. */
function findAgain(
  { found, listed }: { found: readonly Listed[]; listed: readonly Listed[] },
  { at, entry, shift }: { at: number; entry: number; shift: number },
): { at: number; entry: number } | null {
  const isRun = (one: number, other: number) => {
    const end = Math.min(found.length, one + RUN);
    for (let step = 0; one + step < end; step++)
      if (found[one + step]!.bytes !== listed[other + step]?.bytes) return false;
    return true;
  };
  const matches = [(one: number, other: number) => isSame(found[one]!, listed[other], shift), isRun];
  for (const isMatch of matches) {
    for (let wrong = 0; wrong <= MOST_WRONG && at + wrong < found.length; wrong++) {
      const end = Math.min(listed.length, entry + MOST_LOST);
      for (let other = entry; other < end; other++)
        if (isMatch(at + wrong, other)) return { at: at + wrong, entry: other };
    }
  }
  return null;
}
