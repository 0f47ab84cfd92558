import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { counted } from './counted.js';
import { unlessAbsent } from './exists.js';
import { makeFolder } from './make-folder.js';

export interface NewFolderOptions {
  /** A name to fill it under, of which is removed what a killed run left; one of its own when absent. */
  readonly temporary?: string | undefined;
  /** The error where it cannot be made; what the file system says when absent. */
  readonly unwritable?: ((folder: string, cause: unknown) => Error) | undefined;
  /** The error where it cannot take its place: it is then kept as it is. Else it is removed. */
  readonly unplaced?: ((temporary: string, cause: unknown) => Error) | undefined;
}

/**
 * Makes a folder that is there whole or not at all: it is filled beside its place and renamed. An empty one may be there.
 *
 * @throws whatever `fill` throws; the file system's own error.
 */
export async function newFolder(
  path: string,
  fill: (temporary: string) => Promise<void>,
  { unplaced, unwritable, ...options }: NewFolderOptions = {},
): Promise<void> {
  const folder = resolve(path);
  const temporary = options.temporary ?? `${folder}.${randomUUID()}.tmp`;
  const remove = () => rm(temporary, { recursive: true, force: true, maxRetries: 3 });
  const make = async () => {
    await makeFolder(dirname(temporary));
    if (options.temporary !== undefined) await remove();
    await mkdir(temporary);
  };
  await make().catch((cause: unknown) => Promise.reject(unwritable?.(folder, cause) ?? cause));
  try {
    await fill(temporary);
  } catch (error) {
    await remove();
    throw error;
  }
  try {
    await place(temporary, folder);
  } catch (cause) {
    if (unplaced) throw unplaced(temporary, cause);
    await remove();
    throw unwritable?.(folder, cause) ?? cause;
  }
}

/**
 * To be known before hours of work, and not after them.
 *
 * @throws UserError `usage` where something is there already, but for an empty folder.
 */
export async function requireNewFolder(path: string): Promise<void> {
  const there = await unlessAbsent(stat(path));
  if (!there) return;
  const names = there.isDirectory() ? await readdir(path) : null;
  if (names?.length === 0) return;
  throw new UserError('usage', {
    problem: names
      ? `${path} already holds ${counted(names.length, 'entry', 'entries')}, such as ${names[0]}.`
      : `${path} is there already, and is not a folder.`,
    fix: 'Name a folder that is empty or not there yet; nothing is ever overwritten.',
  });
}

async function place(temporary: string, folder: string): Promise<void> {
  // Windows renames onto nothing, other systems onto an empty folder, too.
  if (process.platform === 'win32') await unlessAbsent(rmdir(folder));
  await rename(temporary, folder);
}
