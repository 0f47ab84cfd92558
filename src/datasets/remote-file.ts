import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A file that is fetched, as it lies on the disk: unpacked. */
export interface RemoteFile {
  readonly name: string;
  readonly byteLength: number;
  readonly sha256: string;
}

/** What is wrong with a content that a server sent, as the end of a sentence; null when nothing is. */
export function mismatch(content: Uint8Array, { byteLength, sha256 }: RemoteFile): string | null {
  if (content.length !== byteLength) return `it sent ${content.length} bytes, expected ${byteLength}`;
  const digest = createHash('sha256').update(content).digest('hex');
  return digest === sha256 ? null : `it sent a file of sha256 ${digest}, expected ${sha256}`;
}

/** Whether the file at a path is that one. */
export async function isWhole(path: string, file: RemoteFile): Promise<boolean> {
  const content = await readFile(path).catch(() => null);
  return content !== null && mismatch(content, file) === null;
}
