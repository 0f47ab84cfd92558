import type { ReadBytes } from '../../byte-window.js';
import { isSeam, type Packet } from '../packet-index.js';
import type { LocatedPackets, Losses } from './lost-packets.js';
import { decodedAt, lastBefore } from './packet-places.js';

/**
 * What is lost of a stream in an MPEG-TS, ISO/IEC 13818-1, section 2.4.3: its packets are numbered from 0 to 15, over and over.
 *
 * @param stream the number by which the stream's packets are known (PID).
 * @returns null where the file does not number them, or nothing is lost.
 */
export async function findTransportLosses(
  readBytes: ReadBytes,
  { packets, starts, stream }: LocatedPackets & { readonly stream: number },
): Promise<Losses | null> {
  const layout = layoutOf(await readBytes(0, HEAD_BYTES));
  if (!layout) return null;
  const { gaps, count } = await findGaps(readBytes, { ...layout, stream });
  // Who numbers them at random means nothing by it.
  if (gaps.length > count * MOST_GAPS) return null;
  const [within, before] = [new Set<number>(), new Set<number>()];
  const places = gaps.map((gap) => ({ ...gap, last: lastBefore(starts, gap.position) }));
  const isAtGap = new Set(places.map(({ last }) => last + 1));
  const steps = packets.flatMap((packet, index) =>
    index === 0 || isAtGap.has(index) ? [] : [decodedAt(packet) - decodedAt(packets[index - 1]!)],
  );
  const longestStep = steps.reduce((one, other) => Math.max(one, other), 0);
  for (const { last, ...gap } of places) {
    const [latest, next] = [packets[last], packets[last + 1]];
    if (isJoint(gap, { latest, next, longestStep })) continue;
    if (latest) within.add(decodedAt(latest));
    if (next) before.add(decodedAt(next));
  }
  return { within, before };
}

const HEAD_BYTES = 2 ** 14;
const SYNC_BYTE = 0x47;

/** On Blu-ray, four bytes stand before each packet; of a broadcast with bytes that correct errors, sixteen after each. */
const PACKET_BYTES = [188, 192, 204];
const MOST_GAPS = 1 / 8;

interface Layout {
  readonly start: number;
  readonly packetBytes: number;
}

function layoutOf(head: Buffer): Layout | null {
  for (const packetBytes of PACKET_BYTES) {
    for (let start = 0; start < packetBytes; start++) {
      const isPacket = (number: number) => head[start + number * packetBytes] === SYNC_BYTE;
      if ([0, 1, 2, 3].every(isPacket)) return { start, packetBytes };
    }
  }
  return null;
}

/** Where packets of a stream are missing. */
interface Gap {
  /** Of the packet after it. */
  readonly position: number;
  /** Whether a frame begins with that one. */
  readonly isStart: boolean;
  /** Whether a list of programmes has come since the packet before, as at the start of a recording. */
  readonly isAfterList: boolean;
}

/** Recordings, or segments of one, that were joined begin to number anew; their times go on, or begin anew, too. */
function isJoint(
  { isStart, isAfterList }: Gap,
  {
    latest,
    next,
    longestStep,
  }: { latest?: Packet | undefined; next?: Packet | undefined; longestStep: number },
): boolean {
  if (!isStart || !latest || !next) return false;
  const [end, start] = [decodedAt(latest), decodedAt(next)];
  return isSeam(end, start) || (isAfterList && next.isKeyframe && start - end <= longestStep * 1.5);
}

async function findGaps(readBytes: ReadBytes, layout: Layout & { readonly stream: number }) {
  const { packetBytes } = layout;
  const counter = createCounter(layout.stream);
  const blockBytes = packetBytes * PACKETS_A_BLOCK;
  for (let start = layout.start; ; ) {
    const block = await readBytes(start, blockBytes);
    let at = 0;
    while (at + SHORTEST_PACKET_BYTES <= block.length) {
      if (block[at] === SYNC_BYTE) {
        counter.take(block, at, start);
        at += packetBytes;
      } else {
        at = nextPacket(block, at + 1, packetBytes);
      }
    }
    if (block.length < blockBytes) return counter.result;
    start += at;
  }
}

const PACKETS_A_BLOCK = 2048;
const SHORTEST_PACKET_BYTES = 188;

/** Where a packet begins with another one after it, as far as that can be seen. */
function nextPacket(block: Buffer, from: number, packetBytes: number): number {
  for (let at = block.indexOf(SYNC_BYTE, from); at >= 0; at = block.indexOf(SYNC_BYTE, at + 1)) {
    if ((block[at + packetBytes] ?? SYNC_BYTE) === SYNC_BYTE) return at;
  }
  return block.length;
}

/** Takes the packets of a file one after the other. */
function createCounter(stream: number) {
  const result: { gaps: Gap[]; count: number } = { gaps: [], count: 0 };
  let latest = -1;
  let latestBytes: Buffer | undefined;
  let latestAt = 0;
  let isAfterList = false;
  const isSentTwice = (bytes: Buffer, at: number): boolean => {
    // What stands before the payload may differ.
    const [from, to] = [SHORTEST_PACKET_BYTES - 100, SHORTEST_PACKET_BYTES];
    return latestBytes?.compare(bytes, at + from, at + to, latestAt + from, latestAt + to) === 0;
  };
  return {
    result,
    take: (bytes: Buffer, at: number, blockStart: number) => {
      const second = bytes[at + 1]!;
      const own = ((second & 0x1f) << 8) | bytes[at + 2]!;
      if (own === 0) isAfterList = true;
      const flags = bytes[at + 3]!;
      // Without a payload, it has the number of the one before.
      if (own !== stream || (flags & 0x10) === 0) return;
      const number = flags & 0x0f;
      const isNext = latest < 0 || number === ((latest + 1) & 0x0f);
      if (!isNext || second & 0x80) {
        if (number === latest && isSentTwice(bytes, at)) return;
        // What stands before the payload may say that the numbers begin anew.
        const isAnnounced = (flags & 0x20) !== 0 && bytes[at + 4]! > 0 && (bytes[at + 5]! & 0x80) !== 0;
        const isStart = (second & 0x40) !== 0;
        if (!isAnnounced || second & 0x80)
          result.gaps.push({ position: blockStart + at, isStart, isAfterList });
      }
      result.count += 1;
      latest = number;
      latestBytes = bytes;
      latestAt = at;
      isAfterList = false;
    },
  };
}
