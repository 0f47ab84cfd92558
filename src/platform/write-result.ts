import { writeFile } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';

/** Writes a file of results. @throws UserError `cannot_write`. */
export async function writeResult(path: string, content: string): Promise<void> {
  await writeFile(path, content).catch((cause: unknown) => {
    throw cannotWriteResult(path, cause);
  });
}

/** The error for a file or folder of results, named by `--out`, that the disk does not take. */
export function cannotWriteResult(path: string, cause: unknown): UserError {
  return cannotWriteTo(path, { cause, place: 'another folder with --out' });
}

/** The same for the folder that a command is given as its argument. */
export function cannotMakeFolder(path: string, cause: unknown): UserError {
  return cannotWriteTo(path, { cause, place: 'another folder' });
}

function cannotWriteTo(path: string, { cause, place }: { cause: unknown; place: string }): UserError {
  return new UserError('cannot_write', {
    problem: `${path} cannot be written: ${messageOf(cause)}.`,
    fix: `Give ${place}, one that may be written to, on a disk with room.`,
    cause,
  });
}
