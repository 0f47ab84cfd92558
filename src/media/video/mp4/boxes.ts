import type { FileHandle } from 'node:fs/promises';
import { unlessUnavailable } from '../../../platform/lack.js';
import { openRegularFile } from '../../../platform/regular-file.js';

/**
 * Thrown where a file is not of the ordinary kind that is read here: cut off, fragmented, damaged, hostile or
 * merely rare. Who catches it asks ffprobe, which knows them all.
 */
export class OutOfTheOrdinary extends Error {}

/** Whether reading failed since a file is not as it should be; a RangeError is a field that lies beyond the end of its box. */
export const isOfFile = (thrown: unknown): thrown is OutOfTheOrdinary | RangeError =>
  thrown instanceof OutOfTheOrdinary || thrown instanceof RangeError;

/** What lies in a box, without its header. */
export interface Box {
  readonly type: string;
  readonly content: Buffer;
}

/** An hour of film takes a few megabytes; ffprobe may read longer ones. */
const MAX_HEADER_BYTES = 32 * 2 ** 20;

/** An ordinary file has three to ten. */
const MAX_TOP_BOXES = 64;

/** More than any track has, so that what is made of many tiny boxes costs no time. */
const MAX_CHILDREN = 1024;

/**
 * Reads the header (`moov`) of an ISO base media file, ISO/IEC 14496-12, and how long the file is. Of the rest,
 * only the boxes' own 16 bytes are read.
 *
 * @throws OutOfTheOrdinary, also where the file cannot be read.
 */
export function readMovieHeader(path: string): Promise<MovieHeader> {
  return withFile(path, findMovieHeader);
}

interface MovieHeader {
  readonly moov: Buffer;
  readonly fileBytes: number;
}

/**
 * As readMovieHeader, of a file that may be fragmented, may break off and may hold whatever else.
 *
 * @throws OutOfTheOrdinary where no header is whole.
 */
export function readAnyMovieHeader(path: string): Promise<MovieHeader> {
  return withFile(path, async (file) => {
    const fileBytes = (await file.stat()).size;
    for await (const { type, start, boxBytes } of topBoxes(file, fileBytes)) {
      if (type === 'moov') return { moov: await readHeaderAt(file, start, boxBytes), fileBytes };
    }
    return refuse('It has no header');
  });
}

/** Whether a file ends before its header does. */
export async function isHeaderCutOff(path: string): Promise<boolean> {
  return withFile(path, async (file) => {
    const fileBytes = (await file.stat()).size;
    let end = 0;
    try {
      for await (const { start, boxBytes } of topBoxes(file, fileBytes)) end = start + boxBytes;
      return false;
    } catch (thrown) {
      if (!(thrown instanceof OutOfTheOrdinary)) throw thrown;
      const { buffer } = await file.read(Buffer.alloc(8), 0, 8, end);
      return buffer.toString('latin1', 4, 8) === 'moov';
    }
  });
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await unlessUnavailable(openRegularFile(path));
  if (!file) throw new OutOfTheOrdinary('It cannot be opened');
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function findMovieHeader(file: FileHandle): Promise<MovieHeader> {
  const fileBytes = (await file.stat()).size;
  let moov: Buffer | undefined;
  for await (const { type, start, boxBytes } of topBoxes(file, fileBytes)) {
    demand(start > 0 || type === 'ftyp', 'It does not begin with its type');
    demand(PLAIN_TOP_BOXES.has(type), `It has a box ${type}`);
    if (type !== 'moov') continue;
    demand(!moov, 'It has several headers');
    moov = await readHeaderAt(file, start, boxBytes);
  }
  return { moov: moov ?? refuse('It has no header'), fileBytes };
}

/** A box of a file, which may end before it. */
export interface TopBox {
  readonly type: string;
  readonly start: number;
  readonly headerBytes: number;
  /** With its header. */
  readonly boxBytes: number;
}

/** The boxes of a file up to what is none. The last one may break off. */
export async function topBoxesOf(file: FileHandle): Promise<{ boxes: TopBox[]; fileBytes: number }> {
  const fileBytes = (await file.stat()).size;
  const boxes: TopBox[] = [];
  try {
    for await (const box of topBoxes(file, fileBytes, { mayBreakOff: true })) boxes.push(box);
  } catch (thrown) {
    if (!(thrown instanceof OutOfTheOrdinary)) throw thrown;
  }
  return { boxes, fileBytes };
}

/** The boxes of each of the files that were put together into one: each begins with what it is, ISO/IEC 14496-12, section 4.3. */
export async function joinedFilesIn(file: FileHandle): Promise<TopBox[][]> {
  const files: TopBox[][] = [];
  for (const box of (await topBoxesOf(file)).boxes) {
    if (files.length === 0 || box.type === 'ftyp') files.push([]);
    files.at(-1)!.push(box);
  }
  return files;
}

async function* topBoxes(
  file: FileHandle,
  fileBytes: number,
  { mayBreakOff = false } = {},
): AsyncGenerator<TopBox, void> {
  let start = 0;
  for (let count = 0; start < fileBytes; count++) {
    demand(count < MAX_TOP_BOXES, 'It has too many boxes');
    const left = fileBytes - start;
    const box = parseBoxHeader(await readAt(file, start, 16), { left, mayBreakOff });
    yield { ...box, start };
    start += box.boxBytes;
  }
}

/** The content of a box whose header is not of the long kind, which no movie's header needs. */
async function readHeaderAt(file: FileHandle, start: number, boxBytes: number): Promise<Buffer> {
  demand(boxBytes <= MAX_HEADER_BYTES, 'It has a huge header');
  const box = await readAt(file, start, boxBytes);
  demand(box.length === boxBytes, 'Its header breaks off');
  return box.subarray(parseBoxHeader(box.subarray(0, 16), { left: boxBytes }).headerBytes);
}

/** Fragments (`moof`), still pictures (`meta`) and what points to other files are not among them. */
const PLAIN_TOP_BOXES = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'uuid', 'udta']);

/** The boxes that follow each other in a buffer. @throws OutOfTheOrdinary where they do not fill it. */
export function childrenOf(buffer: Buffer): Box[] {
  const children: Box[] = [];
  for (let position = 0; position < buffer.length; ) {
    // QuickTime ends a list with four zero bytes.
    if (buffer.length - position === 4 && buffer.readUInt32BE(position) === 0) break;
    const { type, headerBytes, boxBytes } = parseBoxHeader(buffer.subarray(position, position + 16), {
      left: buffer.length - position,
    });
    demand(children.length < MAX_CHILDREN, 'It has too many boxes');
    children.push({ type, content: buffer.subarray(position + headerBytes, position + boxBytes) });
    position += boxBytes;
  }
  return children;
}

/** The one box of a type. @throws OutOfTheOrdinary where there is none, or several. */
export function onlyChild(boxes: readonly Box[], type: string): Buffer {
  return optionalChild(boxes, type) ?? refuse(`It has no box ${type}`);
}

/** @throws OutOfTheOrdinary where there are several. */
export function optionalChild(boxes: readonly Box[], type: string): Buffer | undefined {
  const [first, ...others] = boxes.filter((box) => box.type === type);
  demand(others.length === 0, `It has several boxes ${type}`);
  return first?.content;
}

/** The boxes of the first track that holds video. @param movie children of `moov`. */
export const firstVideoTrack = (movie: readonly Box[]): Box[] =>
  filmTrackOf(movie) ?? refuse('It has no video track');

/** As firstVideoTrack; undefined where there is none. */
export function filmTrackOf(movie: readonly Box[]): Box[] | undefined {
  const tracks = movie.filter(({ type }) => type === 'trak').map(({ content }) => childrenOf(content));
  return tracks.find((track) => FILM_HANDLERS.has(handlerOf(track)));
}

/** Video, and a sequence of pictures: ISO/IEC 23008-12, section 7.2.2. */
const FILM_HANDLERS: ReadonlySet<string> = new Set(['vide', 'pict']);

/** What kind of media a track holds: `vide`, `soun` and others. */
export const handlerOf = (track: readonly Box[]): string =>
  onlyChild(childrenOf(onlyChild(track, 'mdia')), 'hdlr').toString('latin1', 8, 12);

export function demand(isOrdinary: boolean, otherwise: string): asserts isOrdinary {
  if (!isOrdinary) refuse(otherwise);
}

function refuse(why: string): never {
  throw new OutOfTheOrdinary(why);
}

function parseBoxHeader(
  header: Buffer,
  { left, mayBreakOff = false }: { left: number; mayBreakOff?: boolean },
) {
  demand(header.length >= 8, 'A box breaks off');
  const short = header.readUInt32BE(0);
  demand(short !== 1 || header.length === 16, 'A box breaks off');
  // 1: the size follows as 64 bits. 0: the box reaches to the end.
  const boxBytes = short === 1 ? Number(header.readBigUInt64BE(8)) : short === 0 ? left : short;
  const headerBytes = short === 1 ? 16 : 8;
  demand(boxBytes >= headerBytes && (mayBreakOff || boxBytes <= left), 'A box breaks off');
  return { type: header.toString('latin1', 4, 8), headerBytes, boxBytes };
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}
