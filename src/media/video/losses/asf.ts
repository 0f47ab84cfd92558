import type { ReadBytes } from '../../byte-window.js';
import type { Losses } from './lost-packets.js';

/**
 * What is lost of the first video in an ASF (WMV), by Microsoft's specification of the format: each frame has a number,
 * one more than the one before, and each part of a frame has its place in it.
 *
 * @returns null where the file is not laid out as that says.
 */
export async function findAsfLosses(readBytes: ReadBytes): Promise<Losses | null> {
  const layout = await readLayout(readBytes);
  if (!layout) return null;
  const { packetBytes, stream } = layout;
  const follow = followFrames(layout);
  // After the last one comes an index, which may be longer than a packet.
  for (let { start } = layout; layout.end === 0 || start < layout.end; start += packetBytes) {
    const packet = await readBytes(start, packetBytes);
    if (packet.length < packetBytes) return follow.end({ isShort: start < layout.end });
    if (beginsPacket(packet) || !layout.isMarked) {
      for (const part of partsIn(packet, stream)) follow.take(part);
      continue;
    }
    const next = nextPacket(await readBytes(start, 2 * packetBytes + PACKET_MARK.length), packetBytes);
    follow.passOver({ isMoved: next !== packetBytes });
    start += next - packetBytes;
  }
  return follow.end({ isShort: false });
}

/** Nearly all packets begin so: with two bytes for the correction of errors, which nobody uses. */
const PACKET_MARK = Buffer.of(0x82, 0, 0);

const beginsPacket = (packet: Buffer): boolean => packet.indexOf(PACKET_MARK) === 0;

/** Where the next packet begins when one does not where it should: mostly at the usual distance, elsewhere where bytes are lost. */
function nextPacket(bytes: Buffer, packetBytes: number): number {
  for (
    let at = bytes.indexOf(PACKET_MARK);
    at >= 0 && at < packetBytes;
    at = bytes.indexOf(PACKET_MARK, at + 1)
  ) {
    const after = bytes.subarray(at + packetBytes);
    if (beginsPacket(after) || after.length < PACKET_MARK.length) return at;
  }
  return packetBytes;
}

interface Layout {
  /** Where the first data packet begins. */
  readonly start: number;
  /** Where the last one ends; 0 where that is not said, as of a live stream. */
  readonly end: number;
  readonly packetBytes: number;
  /** Whether each begins with PACKET_MARK. */
  readonly isMarked: boolean;
  readonly stream: number;
  /** By which times in the file are later than those that ffmpeg gives. */
  readonly leadMilliseconds: number;
}

const HEADER = '3026b2758e66cf11a6d900aa0062ce6c';
const DATA = '3626b2758e66cf11a6d900aa0062ce6c';
const FILE_PROPERTIES = 'a1dcab8c47a9cf118ee400c00c205365';
const STREAM_PROPERTIES = '9107dcb7b7a9cf118ee600c00c205365';
const VIDEO = 'c0ef19bc4d5bcf11a8fd00805f5c442b';

/** An object begins with what it is, 16 bytes, and its length. */
const OBJECT_HEAD_BYTES = 24;

const MAX_HEADER_BYTES = 2 ** 24;

const LEAST_PACKET_BYTES = 64;

async function readLayout(readBytes: ReadBytes): Promise<Layout | null> {
  const [type, headerBytes] = objectHead(await readBytes(0, OBJECT_HEAD_BYTES));
  if (type !== HEADER || headerBytes > MAX_HEADER_BYTES) return null;
  const header = await readBytes(0, headerBytes);
  const [next] = objectHead(await readBytes(headerBytes, OBJECT_HEAD_BYTES));
  if (next !== DATA || header.length < headerBytes) return null;
  const objects = objectsIn(header.subarray(30));
  const file = objects.find((object) => object.type === FILE_PROPERTIES)?.content;
  const streams = objects.filter((object) => object.type === STREAM_PROPERTIES);
  const video = streams.find(({ content }) => content.toString('hex', 0, 16) === VIDEO)?.content;
  if (!file || !video || file.length < 76 || video.length < 50) return null;
  const [least, most] = [file.readUInt32LE(68), file.readUInt32LE(72)];
  if (least !== most || least < LEAST_PACKET_BYTES || least > MAX_HEADER_BYTES) return null;
  const start = headerBytes + 50;
  const isLive = (file.readUInt32LE(64) & 1) === 1;
  return {
    start,
    end: isLive ? 0 : start + Number(file.readBigUInt64LE(32)) * least,
    packetBytes: least,
    isMarked: beginsPacket(await readBytes(start, PACKET_MARK.length)),
    stream: video.readUInt16LE(48) & 0x7f,
    leadMilliseconds: Number(file.readBigUInt64LE(56)),
  };
}

const objectHead = (head: Buffer): [type: string, bytes: number] =>
  head.length < OBJECT_HEAD_BYTES ? ['', 0] : [head.toString('hex', 0, 16), Number(head.readBigUInt64LE(16))];

function objectsIn(bytes: Buffer): Array<{ type: string; content: Buffer }> {
  const objects: Array<{ type: string; content: Buffer }> = [];
  for (let at = 0; at + OBJECT_HEAD_BYTES <= bytes.length; ) {
    const [type, length] = objectHead(bytes.subarray(at, at + OBJECT_HEAD_BYTES));
    if (length < OBJECT_HEAD_BYTES) break;
    objects.push({ type, content: bytes.subarray(at + OBJECT_HEAD_BYTES, at + length) });
    at += length;
  }
  return objects;
}

/** A part of a frame. */
interface Part {
  readonly frame: number;
  /** How many numbers frames have, before they begin anew at 0. */
  readonly frameNumbers: number;
  /** Where it lies in the frame. */
  readonly offset: number;
  readonly bytes: number;
  readonly frameBytes: number;
  readonly milliseconds: number;
}

/** How many bytes a field has, by the two bits that say so. */
const FIELD_BYTES = [0, 1, 2, 4] as const;

/** The parts of a stream's frames in a data packet, up to where it is not as it should be. */
function* partsIn(packet: Buffer, stream: number): Generator<Part, void> {
  let at = 0;
  const next = (bytes: number): number => {
    at += bytes;
    if (at > packet.length) return 0;
    return bytes === 0 ? 0 : packet.readUIntLE(at - bytes, bytes);
  };
  // What corrects errors, of which the lower four bits say how long it is.
  if (packet[0]! & 0x80) at = 1 + (packet[0]! & 0x0f);
  const [lengths, properties] = [next(1), next(1)];
  const field = (flags: number, shift: number) => FIELD_BYTES[(flags >> shift) & 3]!;
  const packetBytes = next(field(lengths, 5)) || packet.length;
  next(field(lengths, 1));
  const padding = next(field(lengths, 3));
  // When it is sent, and for how long.
  at += 6;
  const isOfSeveral = (lengths & 1) === 1;
  const several = isOfSeveral ? next(1) : 1;
  const end = Math.min(packet.length, packetBytes) - padding;
  for (let part = 0; part < (several & 0x3f); part++) {
    const number = next(1) & 0x7f;
    const numberBytes = field(properties, 4);
    const frame = next(numberBytes);
    const offset = next(field(properties, 2));
    const describedBytes = next(field(properties, 0));
    const described = at;
    at += describedBytes;
    const bytes = isOfSeveral ? next(FIELD_BYTES[several >> 6]!) : end - at;
    // Of one byte: many small frames in one part, as of sound.
    if (number === 0 || bytes <= 0 || at + bytes > end || describedBytes === 1) return;
    if (number === stream && describedBytes >= 8) {
      const frameBytes = packet.readUInt32LE(described);
      const milliseconds = packet.readUInt32LE(described + 4);
      yield { frame, frameNumbers: 256 ** numberBytes, offset, bytes, frameBytes, milliseconds };
    }
    at += bytes;
  }
}

function followFrames({ leadMilliseconds }: Layout) {
  const [within, before] = [new Set<number>(), new Set<number>()];
  let latest: Part | undefined;
  let filled = 0;
  let isEndLost = false;
  const secondsOf = ({ milliseconds }: Part) => (milliseconds - leadMilliseconds) / 1000;
  return {
    /** Of what is no packet: bytes are missing amid the latest part where the next one is not at its distance. */
    passOver: ({ isMoved }: { isMoved: boolean }) => {
      isEndLost = true;
      if (latest && isMoved) within.add(secondsOf(latest));
    },
    /** @param isShort whether the file has fewer packets than it says. */
    end: ({ isShort }: { isShort: boolean }): Losses => {
      if (isShort && within.size + before.size === 0)
        return { within, before, cutOff: { declaredFrames: null } };
      if (isEndLost || (latest && filled !== latest.frameBytes)) within.add(Number.POSITIVE_INFINITY);
      return { within, before };
    },
    take: (part: Part) => {
      const isSame = latest?.frame === part.frame && latest.milliseconds === part.milliseconds;
      if (!isSame) {
        const isNext = !latest || part.frame === (latest.frame + 1) % part.frameNumbers;
        if (latest && filled !== latest.frameBytes) within.add(secondsOf(latest));
        if (!isNext || (latest && filled !== latest.frameBytes)) before.add(secondsOf(part));
        filled = 0;
      }
      if (part.offset !== filled) within.add(secondsOf(part));
      isEndLost = false;
      latest = part;
      filled = part.offset + part.bytes;
    },
  };
}
