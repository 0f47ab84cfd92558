import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../platform/regular-file.js';

/** Gives these bytes of a file, fewer where it ends before. */
export type ReadBytes = (start: number, length: number) => Promise<Buffer>;

/** Enough that a list of small things is read in few steps, and what lies between large ones costs little. */
const WINDOW_BYTES = 2 ** 18;

/** Beyond any file's end, and not beyond what the file system takes. */
const LAST_START = 2 ** 52;

/**
 * Opens a file for who reads a few bytes here and there, most of them soon after the last ones: a window at a time.
 *
 * @throws Error as openRegularFile; what `work` throws.
 */
export async function withBytesOf<T>(path: string, work: (readBytes: ReadBytes) => Promise<T>): Promise<T> {
  const file = await openRegularFile(path);
  try {
    return await work(windowOn(file));
  } finally {
    await file.close();
  }
}

/** As withBytesOf, of a file that is open. */
export function windowOn(file: FileHandle): ReadBytes {
  let window = Buffer.alloc(0);
  let windowStart = 0;
  return async (start, length) => {
    if (start < windowStart || start + length > windowStart + window.length) {
      const size = Math.max(length, WINDOW_BYTES);
      const { buffer, bytesRead } = await file.read(
        Buffer.allocUnsafe(size),
        0,
        size,
        Math.min(start, LAST_START),
      );
      window = buffer.subarray(0, bytesRead);
      windowStart = start;
    }
    return window.subarray(start - windowStart, start - windowStart + length);
  };
}
