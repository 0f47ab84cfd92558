import { createHash } from 'node:crypto';
import { UserError } from '../errors.js';
import type { DownloadLimits } from '../platform/fetch-bytes.js';
import { readRegularFile } from '../platform/regular-file.js';

/** A file that is fetched, as it lies on the disk: unpacked. */
export interface RemoteFile {
  readonly name: string;
  readonly byteLength: number;
  readonly sha256: string;
}

export interface DownloadProgress {
  readonly fileName: string;
  readonly receivedBytes: number;
  /** Bytes on the wire, packed where the server packs them; null when it does not say. */
  readonly totalBytes: number | null;
}

/** MNIST's 11.6 MB take 580 s at 20 kB/s. */
export const DEFAULT_LIMITS: DownloadLimits = { totalSeconds: 600, stallSeconds: 20 };

/** What is wrong with a content that a server sent, as the end of a sentence; null when nothing is. */
export function mismatch(content: Uint8Array, { byteLength, sha256 }: RemoteFile): string | null {
  if (content.length !== byteLength) return `it sent ${content.length} bytes, expected ${byteLength}`;
  const digest = createHash('sha256').update(content).digest('hex');
  return digest === sha256 ? null : `it sent a file of sha256 ${digest}, expected ${sha256}`;
}

/** Whether the file at a path is that one. */
export async function isWhole(path: string, file: RemoteFile): Promise<boolean> {
  const content = await readRegularFile(path).catch(() => null);
  return content !== null && mismatch(content, file) === null;
}

/** The error of a download that was interrupted. */
export function stopped(fileName: string): UserError {
  return new UserError('aborted', {
    problem: `The download of ${fileName} was stopped before its end.`,
    fix: 'Start again: the files that were whole are kept.',
  });
}
