import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../../../errors.js';
import { unlessUnavailable } from '../../../platform/lack.js';
import { openRegularFile } from '../../../platform/regular-file.js';
import {
  type Box,
  childrenOf,
  demand,
  filmTrackOf,
  isOfFile,
  onlyChild,
  optionalChild,
  type TopBox,
  topBoxesOf,
} from './boxes.js';

/** What is to be read of a file through a pipe, as if there were nothing else. */
export interface Film {
  readonly path: string;
  /** One after the other: bytes in place of those of the file, or a part of the file as it is. */
  readonly parts: ReadonlyArray<Buffer | FilePart>;
}

export interface FilePart {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the film in a file that lists still pictures too (HEIF, ISO/IEC 23008-12), such as a sequence of AVIF. ffmpeg from
 * version 7 on takes those for videos, mostly for the first ones; and of transparent films, the transparency is a track of its own.
 *
 * @returns null for a file that lists none: it can be read as it is.
 * @throws UserError `corrupt` where its header cannot be read, `no_video` where it holds no film.
 */
export async function findFilm(path: string): Promise<Film | null> {
  const file = await unlessUnavailable(openRegularFile(path));
  if (!file) return null;
  try {
    return await filmIn(file, path);
  } catch (thrown) {
    if (!isOfFile(thrown)) throw thrown;
    throw new UserError('corrupt', {
      problem: `${path} has a damaged header: ${thrown.message.replace(/^It /, 'it ')}.`,
      fix: 'It was damaged or cut off, often a copy or a recording that did not finish: make it again.',
      cause: thrown,
    });
  } finally {
    await file.close();
  }
}

async function filmIn(file: FileHandle, path: string): Promise<Film | null> {
  const { boxes, fileBytes } = await topBoxesOf(file);
  const stills = boxes.find(({ type }) => type === 'meta');
  if (!stills || !(await contentOf(file, stills)).includes('iinf', 0, 'latin1')) return null;
  const header = boxes.find(({ type }) => type === 'moov');
  demand(header !== undefined, 'It has no list of frames');
  const moov = await contentOf(file, header);
  const track = filmTrackOf(childrenOf(moov.subarray(BOX_HEADER_BYTES)));
  if (!track) {
    throw new UserError('no_video', {
      problem: `${path} has no video: at most sound and still pictures.`,
      fix: 'Give a file with a video track, or the picture as PNG or JPEG.',
    });
  }
  hideOtherTracks(moov, track);
  const others = boxes.filter((box) => box !== header);
  // A pipe is read once: the header goes before all frames.
  const isLate = others.some(({ type, start }) => type === 'mdat' && start < header.start);
  if (isLate) moveFrames(track, { before: header.start, bytes: moov.length });
  const first = isLate ? others.findIndex(({ type }) => type === 'ftyp') + 1 : boxes.indexOf(header);
  const partsOfAll = (some: readonly TopBox[]) => some.flatMap((box) => partsOf(box, fileBytes));
  return { path, parts: [...partsOfAll(others.slice(0, first)), moov, ...partsOfAll(others.slice(first))] };
}

const BOX_HEADER_BYTES = 8;

/**
 * Still pictures become free space of the same length, so that all else stays where it is. A box that reaches to the end
 * of the file says how long it is, since a pipe has no end that could be known before.
 */
function partsOf({ type, start, headerBytes, boxBytes }: TopBox, fileBytes: number): Film['parts'] {
  const end = Math.min(fileBytes, start + boxBytes);
  if (headerBytes !== BOX_HEADER_BYTES || boxBytes >= 2 ** 32) return [{ start, end }];
  const header = Buffer.alloc(BOX_HEADER_BYTES);
  header.writeUInt32BE(boxBytes);
  header.write(type === 'meta' ? 'free' : type, 4, 'latin1');
  return [header, { start: start + BOX_HEADER_BYTES, end }];
}

/** @param film children of the track that stays. */
function hideOtherTracks(moov: Buffer, film: readonly Box[]): void {
  for (const { type, content } of childrenOf(moov.subarray(BOX_HEADER_BYTES))) {
    const typeAt = content.byteOffset - moov.byteOffset - 4;
    if (type !== 'trak' || childrenOf(content)[0]?.content.byteOffset === film[0]?.content.byteOffset)
      continue;
    demand(moov.toString('latin1', typeAt, typeAt + 4) === 'trak', 'It has a track of a rare kind');
    moov.write('free', typeAt, 'latin1');
  }
}

/** Where frames lie, when a header comes before them that lay after them. */
function moveFrames(track: readonly Box[], { before, bytes }: { before: number; bytes: number }): void {
  const information = childrenOf(onlyChild(childrenOf(onlyChild(track, 'mdia')), 'minf'));
  const tables = childrenOf(onlyChild(information, 'stbl'));
  const narrow = optionalChild(tables, 'stco');
  const list = narrow ?? onlyChild(tables, 'co64');
  const width = narrow ? 4 : 8;
  for (let chunk = 0, at = 8; chunk < list.readUInt32BE(4); chunk++, at += width) {
    const start = narrow ? list.readUInt32BE(at) : Number(list.readBigUInt64BE(at));
    if (start >= before) continue;
    if (narrow) list.writeUInt32BE(start + bytes, at);
    else list.writeBigUInt64BE(BigInt(start + bytes), at);
  }
}

/** A box with its header, which is of the short kind. */
async function contentOf(file: FileHandle, { start, boxBytes }: TopBox): Promise<Buffer> {
  demand(boxBytes <= MAX_HEADER_BYTES, 'It has a huge header');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(boxBytes), 0, boxBytes, start);
  demand(bytesRead === boxBytes, 'It breaks off within its header');
  demand(buffer.readUInt32BE(0) === boxBytes, 'It has a header of a rare kind');
  return buffer;
}

/** As for all headers that are read here: boxes.ts. */
const MAX_HEADER_BYTES = 32 * 2 ** 20;

/** The film as ffmpeg reads it through a pipe. It ends early where the file has become shorter. */
export async function* readFilm({ path, parts }: Film): AsyncGenerator<Buffer, void> {
  const file = await unlessUnavailable(openRegularFile(path));
  if (!file) return;
  try {
    for (const part of parts) {
      if (Buffer.isBuffer(part)) yield part;
      else yield* readPart(file, part);
    }
  } finally {
    await file.close();
  }
}

async function* readPart(file: FileHandle, { start, end }: FilePart): AsyncGenerator<Buffer, void> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, end - start));
  for (let position = start; position < end; ) {
    const { bytesRead } = await file.read(block, 0, Math.min(block.length, end - position), position);
    if (bytesRead === 0) return;
    yield block.subarray(0, bytesRead);
    position += bytesRead;
  }
}

const BLOCK_BYTES = 2 ** 18;
