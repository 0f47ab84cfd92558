import { open } from 'node:fs/promises';
import { UserError } from '../errors.js';

/**
 * The last step of a `pipeline` that writes a new file. A failure of the disk is an error of its own here: from a
 * stream's error one cannot tell whether its source or the disk failed.
 *
 * @throws UserError `cannot_write`.
 */
export function intoTemporaryFile(path: string): (chunks: AsyncIterable<Uint8Array>) => Promise<void> {
  return async (chunks) => {
    const file = await open(path, 'wx', 0o600).catch(refuse);
    try {
      for await (const chunk of chunks) await file.appendFile(chunk).catch(refuse);
    } finally {
      await file.close().catch(refuse);
    }
  };
}

const refuse = (cause: unknown): Promise<never> => Promise.reject(cannotKeep(cause));

/** The error for a body or picture that cannot be written to disk. */
export function cannotKeep(cause: unknown): UserError {
  return new UserError('cannot_write', {
    problem: 'The body cannot be stored: the disk for temporary files is full or cannot be written.',
    fix: 'Make room on the server, or set TMPDIR to a folder on a disk that has room.',
    cause,
  });
}
