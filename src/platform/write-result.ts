import { writeFile } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';

/** Writes a file of results. @throws UserError `cannot_write`. */
export async function writeResult(path: string, content: string): Promise<void> {
  await writeFile(path, content).catch((cause: unknown) => {
    throw cannotWriteResult(path, cause);
  });
}

/** The error for a file or folder of results that the disk does not take. */
export function cannotWriteResult(path: string, cause: unknown): UserError {
  return new UserError('cannot_write', {
    problem: `${path} cannot be written: ${messageOf(cause)}.`,
    fix: 'Give another folder with --out, one that may be written to, on a disk with room.',
    cause,
  });
}
