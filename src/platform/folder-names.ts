import { opendir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';

/** A name in a folder. */
export interface FolderName {
  /** Bytes that are no ASCII as \xNN where the name is not UTF-8. */
  readonly name: string;
  /** Whether it can be opened by that name: Node.js knows names in UTF-8 alone. */
  readonly isUtf8: boolean;
}

/** The names in a folder, in no order. @throws what the file system says. */
export async function folderNames(folder: string): Promise<FolderName[]> {
  const names = await readdir(folder, { encoding: 'buffer' });
  return names.map(nameOf);
}

/** A name in a folder, and what it stands for as far as the folder itself says. */
export interface FolderEntry extends FolderName {
  readonly kind: 'file' | 'folder' | 'other';
}

/** As folderNames, a few at a time, for folders of any size. */
export async function* walkFolder(folder: string): AsyncGenerator<FolderEntry, void> {
  // The types leave out this encoding, and what it makes of a name.
  const entries = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 });
  for await (const entry of entries) {
    const bytes = entry.name as unknown as Buffer;
    const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
    yield { ...nameOf(bytes), kind };
  }
}

function nameOf(bytes: Buffer): FolderName {
  const text = bytes.toString('utf8');
  const isUtf8 = bytes.equals(Buffer.from(text));
  return { name: isUtf8 ? text : escapeBytes(bytes), isUtf8 };
}

/** The error for a name that folderNames has escaped. */
export function notUtf8(folder: string, name: string): UserError {
  return new UserError('unreadable', {
    problem: `${join(folder, name)} has a name that is not UTF-8 (shown with \\x for each such byte), so it cannot be opened.`,
    fix: RENAME,
  });
}

/** What stands in a name for bytes that are not UTF-8, where it has come through a command line. */
const REPLACEMENT = '\uFFFD';

/** What to do about a path that is not there: where its name is not UTF-8, that is why. */
export const absentFix = (path: string, fix: string): string =>
  path.includes(REPLACEMENT) ? `Its name is not UTF-8, so that it cannot be opened. ${RENAME}` : fix;

const RENAME = 'Rename it, for example with: convmv -f latin1 -t utf8 --notest -r FOLDER';

function escapeBytes(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]|\\/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
