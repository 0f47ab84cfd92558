import type { ReadBytes } from '../byte-window.js';
import type { RunLimits } from '../ffmpeg/ffmpeg.js';
import { withinTime } from './bytes-in-time.js';
import { joinedFilmsFailure } from './joined-films.js';
import { refuseJoinedFiles } from './mp4/joined-files.js';

/**
 * Refuses films that were put together byte by byte into one file. Of Ogg, FLV and animated PNG, that is seen where losses are looked
 * for. Raw streams, MPEG-TS, MPEG-PS and DV may be put together so.
 *
 * @throws UserError `unreadable` where they were; `timeout`, `aborted`.
 */
export async function refuseJoinedFilms(path: string, limits: RunLimits): Promise<void> {
  await refuseJoinedFiles(path);
  if (await withinTime(path, limits, holdsAnother)) throw joinedFilmsFailure(path);
}

async function holdsAnother(readBytes: ReadBytes): Promise<boolean> {
  const head = (await readBytes(0, HEAD_BYTES)).toString('latin1');
  const step = STEPS.find(({ begins }) => begins(head))?.step;
  if (step) return isReachedAgain(readBytes, step);
  const mark = MARKS.find((text) => head.startsWith(text));
  return mark !== undefined && comesAgain(readBytes, Buffer.from(mark, 'latin1'));
}

const HEAD_BYTES = 32;

/** How far it is from the start of an element to the next one; 'again' where another file begins, null where nothing can be told. */
type Step = (head: Buffer, start: number) => number | 'again' | null;

async function isReachedAgain(readBytes: ReadBytes, step: Step): Promise<boolean> {
  for (let start = 0; ; ) {
    const next = step(await readBytes(start, HEAD_BYTES), start);
    if (typeof next !== 'number') return next === 'again';
    start += next;
  }
}

/** What EBML begins with, and what may hold others without saying how long it is, as while it is recorded: RFC 9559. */
const EBML = 0x1a45dfa3;
const OPEN_ELEMENTS: ReadonlySet<number> = new Set([0x18538067, 0x1f43b675]);

const nextInMatroska: Step = (head, start) => {
  const idBytes = Math.clz32(head[0] ?? 0) - 23;
  const sizeBytes = Math.clz32(head[idBytes] ?? 0) - 23;
  if (idBytes > 4 || sizeBytes > 8 || idBytes + sizeBytes > head.length) return null;
  const id = head.readUIntBE(0, idBytes);
  if (id === EBML && start > 0) return 'again';
  const digits = head.toString('hex', idBytes, idBytes + sizeBytes);
  const size = BigInt.asUintN(7 * sizeBytes, BigInt(`0x${digits}`));
  const isKnown = size !== 2n ** BigInt(7 * sizeBytes) - 1n;
  if (!isKnown && !OPEN_ELEMENTS.has(id)) return null;
  return idBytes + sizeBytes + (isKnown ? Number(size) : 0);
};

/** The parts of a long AVI (OpenDML) begin with RIFF, too, but are of another type. A list without a length is one that was not ended. */
const nextInAvi: Step = (head, start) => {
  if (head.length < 12 || !/^[\w ]{4}$/.test(head.toString('latin1', 0, 4))) return null;
  const [id, type] = [head.toString('latin1', 0, 4), head.toString('latin1', 8, 12)];
  if (id === 'RIFF' && type === 'AVI ' && start > 0) return 'again';
  const size = head.readUInt32LE(4);
  const isOpen = (id === 'RIFF' || type === 'movi') && (size === 0 || size === 2 ** 32 - 1);
  return isOpen ? 12 : 8 + size + (size % 2);
};

/** Of an uncompressed file, its length stands at its start. */
const nextInFlash: Step = (head, start) => {
  if (head.length < 8 || !/^[CF]WS/.test(head.toString('latin1', 0, 3))) return null;
  return start > 0 ? 'again' : head[0] === 0x46 ? Math.max(8, head.readUInt32LE(4)) : null;
};

/** SMPTE 360M: each packet begins with its type and length, between marks; after one that ends the file, there is none. */
const nextInGxf: Step = (head) => {
  if (!isGxfPacket(head)) return null;
  if (head[5] === GXF_END) return isGxfPacket(head.subarray(GXF_HEAD_BYTES)) ? 'again' : null;
  return Math.max(GXF_HEAD_BYTES, head.readUInt32BE(6));
};

const GXF_HEAD_BYTES = 16;
const GXF_END = 0xfb;

const isGxfPacket = (head: Buffer): boolean =>
  head.length >= GXF_HEAD_BYTES && head.readUIntBE(0, 5) === 1 && head.readUInt16BE(14) === 0xe1e2;

const STEPS: ReadonlyArray<{ readonly begins: (head: string) => boolean; readonly step: Step }> = [
  { begins: (head) => head.startsWith('\x1aE\xdf\xa3'), step: nextInMatroska },
  { begins: (head) => head.startsWith('RIFF') && head.startsWith('AVI ', 8), step: nextInAvi },
  { begins: (head) => head.startsWith('FWS'), step: nextInFlash },
  { begins: (head) => head.startsWith('\0\0\0\0\x01\xbc'), step: nextInGxf },
];

/** What stands at the start and nowhere else: of ASF, NUT, YUV4MPEG, IVF, RealMedia, MXF and WTV. */
const MARKS: readonly string[] = [
  '0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel',
  'nut/multimedia container\0',
  'YUV4MPEG2 ',
  'DKIF\0\0 \0',
  '.RMF\0\0\0\x12',
  '\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02',
  '\xb7\xd8\0 7I\xda\x11\xa6N\0\x07\xe9^\xad\x8d',
];

async function comesAgain(readBytes: ReadBytes, mark: Buffer): Promise<boolean> {
  for (let start = 1; ; start += BLOCK_BYTES) {
    const block = await readBytes(start, BLOCK_BYTES + mark.length - 1);
    if (block.includes(mark)) return true;
    if (block.length < BLOCK_BYTES) return false;
  }
}

const BLOCK_BYTES = 2 ** 20;
