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
  const counter = createCounter();
  await readPackets(readBytes, layout, (packet) => {
    if (packet.stream === LIST_STREAM) counter.takeList();
    if (packet.stream === stream) counter.take(packet);
  });
  const gaps = counter.gaps.filter(({ isAnnounced }) => !isAnnounced);
  // Who numbers them at random means nothing by it.
  if (gaps.length > counter.count() * MOST_GAPS) return null;
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

/**
 * Whether the packets of each stream are numbered on from one place in an MPEG-TS to another, as they are within a recording. From one
 * recording to the next, they would be by chance only.
 */
export async function isNumberedOn(
  readBytes: ReadBytes,
  { from, to }: { from: number; to: number },
): Promise<boolean> {
  const layout = layoutOf(await readBytes(0, HEAD_BYTES));
  if (!layout) return false;
  const lead = Math.max(0, from - LEAD_BYTES - layout.start);
  const start = layout.start + lead - (lead % layout.packetBytes);
  const counters = new Map<number, ReturnType<typeof createCounter>>();
  const isDone = new Set<number>([STUFFING_STREAM]);
  await readPackets(readBytes, { ...layout, start, end: to + LEAD_BYTES }, (packet) => {
    if (isDone.has(packet.stream)) return;
    const counter = counters.get(packet.stream) ?? createCounter();
    counters.set(packet.stream, counter.take(packet));
    if (packet.position >= to) isDone.add(packet.stream);
  });
  return [...counters.values()].every(({ gaps }) => gaps.every(({ position }) => position < from));
}

/** Enough that most streams have packets before and after. */
const LEAD_BYTES = 2 ** 18;

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
  /** Whether the packet after it says that the numbers begin anew. */
  readonly isAnnounced: boolean;
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

/** A packet of 188 bytes, without what may stand around it. */
interface TransportPacket {
  readonly position: number;
  readonly stream: number;
  readonly bytes: Buffer;
}

async function readPackets(
  readBytes: ReadBytes,
  { start: first, packetBytes, end = Number.POSITIVE_INFINITY }: Layout & { readonly end?: number },
  take: (packet: TransportPacket) => void,
): Promise<void> {
  const blockBytes = packetBytes * PACKETS_A_BLOCK;
  for (let start = first; start < end; ) {
    const block = await readBytes(start, blockBytes);
    let at = 0;
    while (at + SHORTEST_PACKET_BYTES <= block.length) {
      if (block[at] === SYNC_BYTE) {
        const bytes = block.subarray(at, at + SHORTEST_PACKET_BYTES);
        take({ position: start + at, stream: ((bytes[1]! & 0x1f) << 8) | bytes[2]!, bytes });
        at += packetBytes;
      } else {
        at = nextPacket(block, at + 1, packetBytes);
      }
    }
    if (block.length < blockBytes) return;
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

/** Of the list of programmes, and of what only fills the stream and is not numbered. */
const LIST_STREAM = 0;
const STUFFING_STREAM = 0x1fff;

/** Takes the packets of a stream one after the other. */
function createCounter() {
  const gaps: Gap[] = [];
  let count = 0;
  let latest: Buffer | undefined;
  let isAfterList = false;
  const isSentTwice = (bytes: Buffer): boolean => {
    // What stands before the payload may differ.
    const from = SHORTEST_PACKET_BYTES - 100;
    return latest?.compare(bytes, from, undefined, from) === 0;
  };
  const counter = {
    gaps,
    count: () => count,
    takeList: () => {
      isAfterList = true;
    },
    take: ({ position, bytes }: TransportPacket) => {
      const [second, flags] = [bytes[1]!, bytes[3]!];
      // Without a payload, it has the number of the one before.
      if ((flags & 0x10) === 0) return counter;
      const isWrong = (second & 0x80) !== 0;
      const number = flags & 0x0f;
      const isNext = !latest || number === ((latest[3]! + 1) & 0x0f);
      if (!isNext || isWrong) {
        if (latest && number === (latest[3]! & 0x0f) && isSentTwice(bytes)) return counter;
        // What stands before the payload may say so.
        const isAnnounced = !isWrong && (flags & 0x20) !== 0 && bytes[4]! > 0 && (bytes[5]! & 0x80) !== 0;
        gaps.push({ position, isStart: (second & 0x40) !== 0, isAfterList, isAnnounced });
      }
      count += 1;
      latest = bytes;
      isAfterList = false;
      return counter;
    },
  };
  return counter;
}
