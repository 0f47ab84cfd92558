import { mkdir, open } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { messageOf, UserError } from '../errors.js';
import { isFrameName } from '../media/clip-names.js';
import { naturalOrder } from '../platform/natural-order.js';
import type { Limits } from './serve-options.js';
import { cannotKeep, intoTemporaryFile } from './temporary-file.js';

/** Whether a file is a zip, by its first bytes. */
export async function isZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && [LOCAL_FILE_HEADER, END_OF_DIRECTORY].includes(buffer.readUInt32BE());
  } finally {
    await file.close();
  }
}

/** `PK\3\4` */
const LOCAL_FILE_HEADER = 0x504b0304;

/** `PK\5\6`, with which a zip of nothing begins. */
const END_OF_DIRECTORY = 0x504b0506;

/**
 * Unpacks the pictures of a zip into a new folder, in the natural order of their names, under names of our own: no name
 * in a zip can reach beyond it. Files whose names are not those of pictures are left out.
 *
 * @throws UserError `corrupt`, `no_frames`, `too_large`, `cannot_write`; the signal's reason.
 */
export async function unpackFrames(
  zip: string,
  { folder, limits, signal }: { folder: string; limits: UnpackLimits; signal: AbortSignal },
): Promise<void> {
  const file = await openPromise(zip, { lazyEntries: true, autoClose: false }).catch((cause) =>
    Promise.reject(corrupt(cause)),
  );
  try {
    const entries = await listFrames(file, limits);
    await mkdir(folder, { mode: 0o700 }).catch((cause) => Promise.reject(cannotKeep(cause)));
    for (const [index, entry] of entries.entries()) {
      const name = `${String(index + 1).padStart(6, '0')}${extname(entry.fileName).toLowerCase()}`;
      await unpack(file, entry, { path: join(folder, name), signal });
    }
  } finally {
    file.close();
  }
}

export type UnpackLimits = Pick<Limits, 'unpackedBytes' | 'pictureBytes' | 'zipEntries'>;

/** Everything is counted before anything is unpacked; yauzl holds each entry to the size that it claims. */
async function listFrames(
  file: ZipFile,
  { unpackedBytes, pictureBytes, zipEntries }: UnpackLimits,
): Promise<Entry[]> {
  if (file.entryCount > zipEntries) throw tooMany(file.entryCount, zipEntries);
  const frames: Entry[] = [];
  const others: string[] = [];
  let bytes = 0;
  try {
    for await (const entry of file.eachEntry()) {
      const name = entry.fileName.split('/').at(-1)!; // a text has a last part
      // Folders, and what systems put beside files.
      if (name === '' || name.startsWith('.') || entry.fileName.startsWith('__MACOSX/')) continue;
      if (!isFrameName(name)) {
        others.push(name);
        continue;
      }
      if (entry.uncompressedSize > pictureBytes) throw largePicture(entry, pictureBytes);
      frames.push(entry);
      bytes += entry.uncompressedSize;
    }
  } catch (cause) {
    throw cause instanceof UserError ? cause : corrupt(cause);
  }
  if (bytes > unpackedBytes) throw tooLarge(bytes, unpackedBytes);
  if (frames.length === 0) throw withoutFrames(others);
  return frames.sort((one, other) => naturalOrder(one.fileName, other.fileName));
}

async function unpack(
  file: ZipFile,
  entry: Entry,
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  try {
    const source = await file.openReadStreamPromise(entry);
    await pipeline(source, intoTemporaryFile(path), { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof UserError ? cause : corrupt(cause);
  }
}

function corrupt(cause: unknown): UserError {
  if (WRONG_PATH.test(messageOf(cause))) return wrongPath(cause);
  return new UserError('corrupt', {
    problem: `The zip cannot be unpacked: ${messageOf(cause)}.`,
    fix: 'Pack the pictures again, without a password.',
    cause,
  });
}

/** What yauzl says of a path that is absolute, has a backslash, or leads out of the zip. */
const WRONG_PATH = /^(?:invalid characters in fileName|absolute path|invalid relative path): /;

function wrongPath(cause: unknown): UserError {
  const path = messageOf(cause).replace(WRONG_PATH, '');
  return new UserError('corrupt', {
    problem: `The zip has a file with the path ${JSON.stringify(path)}, which may lead out of a folder.`,
    fix: 'Pack the pictures again, under paths that are relative, with "/" between folders and without "..".',
    cause,
  });
}

/** Names of files that a message lists. */
const MOST_NAMED = 3;

function withoutFrames(others: readonly string[]): UserError {
  const named = others.slice(0, MOST_NAMED).join(', ');
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : '';
  return new UserError('no_frames', {
    problem:
      others.length === 0
        ? 'The zip is empty; the pictures of one clip were expected in it.'
        : `The zip holds ${named}${more}, and no pictures; the pictures of one clip were expected in it.`,
    fix: 'Pack the frames of one clip, such as 0001.png and 0002.png. Send a video as it is, not in a zip.',
  });
}

function tooMany(count: number, most: number): UserError {
  return new UserError('too_large', {
    problem: `The zip has ${count} entries; this server takes at most ${most}.`,
    fix: 'Pack fewer pictures: a model reads only some of them.',
  });
}

function largePicture({ fileName, uncompressedSize }: Entry, most: number): UserError {
  return new UserError('too_large', {
    problem: `The picture ${fileName} in the zip has ${uncompressedSize} bytes; this server takes at most ${most} of one.`,
    fix: 'Scale it down, or save it as PNG or JPEG.',
  });
}

function tooLarge(bytes: number, most: number): UserError {
  return new UserError('too_large', {
    problem: `The pictures in the zip have ${bytes} bytes; this server takes at most ${most}.`,
    fix: 'Pack fewer or smaller pictures.',
  });
}
