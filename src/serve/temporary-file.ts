import { open } from 'node:fs/promises';
import { UserError } from '../errors.js';

/**
 * The last step of a `pipeline` that writes a new file. What the disk does not take is an error of its own here: of a
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

/** The error of a body or picture that the disk does not take. */
export function cannotKeep(cause: unknown): UserError {
  return new UserError('cannot_write', {
    problem:
      'The body cannot be kept while it is looked at: the disk of temporary files is full or not to be written to.',
    fix: 'Make room on the server, or set TMPDIR to a disk that has some.',
    cause,
  });
}
