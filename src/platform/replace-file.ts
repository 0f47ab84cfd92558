import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { unlessAbsent } from './exists.js';
import { NoRegularFile } from './regular-file.js';

/** What a file is to hold, or what fills it under the name that it is given. */
export type FileContent = string | Uint8Array | ((temporary: string) => Promise<void>);

export interface ReplaceOptions {
  /** Whether the content is on the disk when the file takes its place, so that a power cut cannot empty it. */
  readonly isSynced: boolean;
  /** The error to throw; what writing throws when absent. */
  readonly failure?: ((path: string, cause: unknown) => Error) | undefined;
}

/**
 * Puts a file into its place whole or not at all: it is written beside it, by a name of its own, and renamed.
 *
 * @throws Error `failure` of NoRegularFile where a pipe, a socket or a device is there already, which would be gone; else of what
 *   the file system says.
 */
export async function replaceFile(
  path: string,
  content: FileContent,
  { isSynced, failure }: ReplaceOptions,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await requireReplaceable(path);
    if (typeof content === 'function') await content(temporary);
    else await writeFile(temporary, content);
    if (isSynced) await sync(temporary);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw failure ? failure(path, cause) : cause;
  }
}

/** @throws NoRegularFile where something that is no file is there already; what the file system says. */
export async function requireReplaceable(path: string): Promise<void> {
  const there = await unlessAbsent(stat(path));
  if (there && !there.isFile()) throw new NoRegularFile();
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}
