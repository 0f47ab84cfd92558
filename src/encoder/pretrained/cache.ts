import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cannotCache } from '../../platform/cache-folder.js';
import { makeFolder } from '../../platform/make-folder.js';
import { readRegularFile, readRegularText } from '../../platform/regular-file.js';
import { replaceFile } from '../../platform/replace-file.js';

const EXTENSION = '.safetensors';

/** The weights kept under that name, or null when there are none or their checksum does not hold. */
export async function readKept(folder: string, name: string): Promise<Uint8Array | null> {
  try {
    const bytes = await readRegularFile(join(folder, name + EXTENSION));
    const line = await readRegularText(join(folder, `${name}${EXTENSION}.sha256`));
    return line.startsWith(sha256Of(bytes)) ? bytes : null;
  } catch {
    return null;
  }
}

/**
 * Keeps weights under a name, with their checksum beside them as `sha256sum --check` reads it.
 * @throws UserError `cannot_write` when the folder cannot be written.
 */
export async function keep(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name + EXTENSION);
  try {
    await makeFolder(folder);
    await replaceFile(path, bytes, { isSynced: false });
    const line = `${sha256Of(bytes)}  ${basename(path)}\n`;
    await replaceFile(`${path}.sha256`, line, { isSynced: false });
  } catch (cause) {
    throw cannotCache(path, cause);
  }
}

/** The names under which weights are kept. */
export async function listKept(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => basename(file, EXTENSION))
    .sort();
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
