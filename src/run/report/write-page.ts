import { writeFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../errors.js';

/** Writes a page into a file. @throws UserError `cannot_write`. */
export async function writePage(path: string, page: string): Promise<void> {
  await writeFile(path, page).catch((cause: unknown) => {
    throw new UserError('cannot_write', {
      problem: `The report ${path} cannot be written: ${messageOf(cause)}.`,
      fix: 'Give a path in a folder that is there and may be written to, on a disk with room.',
      cause,
    });
  });
}
