import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../../platform/regular-file.js';
import { type ReadBytes, windowOn, withBytesOf } from '../byte-window.js';
import {
  childrenOf,
  filmTrackOf,
  isHeaderCutOff,
  OutOfTheOrdinary,
  readAnyMovieHeader,
} from '../video/mp4/boxes.js';
import { hasPages } from './tiff.js';
import { isAnimatedWebp } from './webp.js';

/** How ffmpeg reads what begins like a picture and is a film: by which demuxer, where the name of the file misleads it. */
export interface MovingPicture {
  readonly demuxer: 'apng' | 'png_pipe' | 'mjpeg' | null;
}

/**
 * Whether a file that begins like a still picture holds moving ones that sharp does not read: an animated PNG, PNGs or
 * JPEGs one after the other, a sequence of AVIF or HEIF.
 *
 * @returns null for a still picture, and for what sharp reads page by page: GIF, WebP, TIFF.
 * @throws what the file system says when the file cannot be read.
 */
export async function movingPictureIn(path: string): Promise<MovingPicture | null> {
  const file = await openRegularFile(path);
  try {
    const { buffer: head } = await file.read(Buffer.alloc(12), 0, 12, 0);
    const text = head.toString('latin1');
    if (text.startsWith('\x89PNG')) return await filmInPng(windowOn(file));
    if (text.startsWith('\xff\xd8\xff')) return (await hasSecondJpeg(file)) ? { demuxer: 'mjpeg' } : null;
    if (text.startsWith('ftyp', 4)) return (await hasFilm(path)) ? { demuxer: null } : null;
    return null;
  } finally {
    await file.close();
  }
}

/**
 * Whether a picture's file is a film, be it one that sharp reads page by page. Of JPEGs only the beginning is read, which does
 * not say so: to look for more would take the whole of each.
 *
 * @throws what the file system says when the file cannot be read.
 */
export async function isFilm(path: string): Promise<boolean> {
  const head = await withBytesOf(path, (readBytes) => readBytes(0, 21));
  const text = head.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return false;
  if (text.startsWith('RIFF')) return isAnimatedWebp(head);
  return (await movingPictureIn(path)) !== null || (await hasPages(path));
}

/**
 * An animated PNG has a chunk acTL before the first one with pixels (PNG, third edition, section 11.3.6). Of PNGs one after
 * the other, a film as ffmpeg's image2pipe writes it, each ends with a chunk IEND.
 */
async function filmInPng(readBytes: ReadBytes): Promise<MovingPicture | null> {
  let hasPixels = false;
  for (let start = 8, count = 0; count < MAX_PNG_CHUNKS; count++) {
    const head = await readBytes(start, 8);
    if (head.length < 8) return null;
    const type = head.toString('latin1', 4);
    if (type === 'acTL' && !hasPixels) return { demuxer: 'apng' };
    hasPixels ||= type === 'IDAT';
    start += 12 + head.readUInt32BE(0);
    if (type !== 'IEND') continue;
    const next = await readBytes(start, 8);
    return next.toString('latin1') === '\x89PNG\r\n\x1a\n' ? { demuxer: 'png_pipe' } : null;
  }
  return null;
}

/** No picture of MAX_PIXELS has more, in pieces of some kilobytes. */
const MAX_PNG_CHUNKS = 2 ** 17;

/**
 * Whether another JPEG follows where the first one ends. Cameras put previews and second views after a still picture
 * too, and say so (Multi-Picture Format, CIPA DC-007).
 */
async function hasSecondJpeg(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size > MAX_JPEG_BYTES) return true;
  const { buffer } = await file.read(Buffer.alloc(size), 0, size, 0);
  if (buffer.subarray(0, MPF_WITHIN_BYTES).includes('MPF\0', 0, 'latin1')) return false;
  const end = endOfJpeg(buffer);
  return end !== null && buffer.toString('latin1', end, end + 3) === '\xff\xd8\xff';
}

/** No still picture of MAX_PIXELS has more. */
const MAX_JPEG_BYTES = 2 ** 27;

/** Within the first notes. */
const MPF_WITHIN_BYTES = 2 ** 18;

/** ITU-T T.81, annex B: markers with a length of their own, and after a scan's the coded data, in which FF is followed by 00. */
function endOfJpeg(bytes: Buffer): number | null {
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) {
      at = bytes.indexOf(0xff, at);
      if (at < 0) return null;
      continue;
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) return at + 2;
    const standsAlone = marker === 0 || marker === 1 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd8);
    at += standsAlone ? (marker === 0xff ? 1 : 2) : 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

/** Or had one, before its header was cut off. */
async function hasFilm(path: string): Promise<boolean> {
  try {
    return filmTrackOf(childrenOf((await readAnyMovieHeader(path)).moov)) !== undefined;
  } catch (thrown) {
    if (thrown instanceof OutOfTheOrdinary) return isHeaderCutOff(path);
    throw thrown;
  }
}
