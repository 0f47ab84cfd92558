import { messageOf, UserError } from '../../errors.js';
import { tellsOfLackOfMemory } from '../../platform/lack-of-memory.js';
import { openRegularFile } from '../../platform/regular-file.js';
import { memoryFailure, tooLargeFailure } from '../failures.js';
import { movingPictureIn } from './moving.js';

/** Why sharp could not decode a picture: one too large, a film, in a format that it does not know, or damaged. */
export async function imageFailure(path: string, cause: unknown): Promise<UserError> {
  const words = wordsOf(cause, path);
  if (/exceeds pixel limit/.test(words)) return tooLargeFailure(path, words);
  if (tellsOfLackOfMemory(words)) return memoryFailure(path, cause);
  if (await movingPictureIn(path)) return severalFailure(path);
  const codec = await unknownCodecOf(path);
  if (codec !== null || NOT_SUPPORTED.test(words)) {
    return new UserError('unreadable', {
      problem: `${path} ${codec === null ? `cannot be decoded here: ${words}` : `is a picture in ${codec}, which is not decoded here`}.`,
      fix: 'Save it as PNG or JPEG, or leave it out.',
      cause,
    });
  }
  return new UserError('corrupt', {
    problem: `${path} begins like an image but cannot be decoded: ${words}.`,
    fix: 'Copy it again, or save it as PNG or JPEG.',
    cause,
  });
}

/** Of a file that breaks off within the last one of these pictures, or after it. */
export function cutOffFailure(path: string, pictures: number): UserError {
  return new UserError('corrupt', {
    problem: `${path} breaks off: of its pictures, ${pictures} ${pictures === 1 ? 'is' : 'are'} there, and the last one may not be whole.`,
    fix: 'Copy it again. To use what is there, give --allow-damaged.',
  });
}

/** Of a film where one picture is wanted: one frame of a sequence, or a digit. */
export function severalFailure(path: string, pictures?: number): UserError {
  return new UserError('unreadable', {
    problem: `${path} should be a single picture, but holds ${pictures ?? 'several'} pictures.`,
    fix: 'Save the one that is wanted as PNG or JPEG. A file that is given by itself to a model of clips is read as a film.',
  });
}

/** Of a file that holds pictures one after the other, of which sharp knows the first one. */
export function followedFailure(path: string): UserError {
  return new UserError('unreadable', {
    problem: `${path} holds several pictures one after the other, of which only the first could be read.`,
    fix: 'Save each as a file of its own, or all as one animation.',
  });
}

/** Not what sharp says of each file that it finds no sense in: this one begins like a picture that it knows. */
const NOT_SUPPORTED = /not (?:configured|implemented|supported|been built in)|unsupported(?! image format)/i;

/** sharp says a thing once for each attempt, and where in the file it looked. */
function wordsOf(cause: unknown, path: string): string {
  const lines = messageOf(cause)
    .split(/\n|\\n/)
    .map((line) => line.replaceAll(`${path}: `, '').trim())
    .filter((line) => line !== '' && !line.startsWith('bad seek'));
  return [...new Set(lines)].slice(0, LINES_KEPT).join('; ') || 'it breaks off';
}

const LINES_KEPT = 3;

/** Of HEIF's items, ISO/IEC 23008-12 and 23001-17, those in which sharp's build decodes no pixels. */
const CODECS: Record<string, string> = {
  hvc1: 'HEIC (HEVC)',
  hev1: 'HEIC (HEVC)',
  unci: 'uncompressed HEIF (unci)',
  vvc1: 'HEIF with VVC',
  avc1: 'HEIF with H.264',
  j2k1: 'HEIF with JPEG 2000',
  jpeg: 'HEIF with JPEG',
  evc1: 'HEIF with EVC',
};

/** null where it is one that is decoded, or none that is known. */
async function unknownCodecOf(path: string): Promise<string | null> {
  const file = await openRegularFile(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.toString('latin1', 0, bytesRead);
    if (!head.startsWith('ftyp', 4)) return null;
    const types = [...head.matchAll(ITEM)].map(([, type]) => type!);
    return types.includes('av01') ? null : (types.map((type) => CODECS[type]).find(Boolean) ?? null);
  } finally {
    await file.close();
  }
}

/** The list of items comes first; one of a hundred tiles takes some kilobytes. */
const HEAD_BYTES = 2 ** 16;

/** An item's entry: version, flags, its number in two bytes or in four, its protection, its type. */
const ITEM = /infe.{4}(?:.{2}|.{4}).{2}(av01|hvc1|hev1|unci|vvc1|avc1|j2k1|jpeg|evc1)/gs;
