import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../errors.js';

// It looks for the home folder as it is loaded, and throws where a user has none, as in some containers.
const envPaths = await import('env-paths').then(
  (module) => module.default,
  () => null,
);

/**
 * A place in the user's cache: what lies there can be fetched or computed again. CLIPSTEP_CACHE moves it.
 * Nothing is created.
 *
 * @throws UserError `cannot_write` for a user without a home folder, where the variable is not set.
 */
export function cacheFolder(...parts: string[]): string {
  return join(rootFolder(), parts.join('/'));
}

function rootFolder(): string {
  const root = process.env.CLIPSTEP_CACHE;
  if (root) return resolve(root);
  if (envPaths) return envPaths('clipstep', { suffix: '' }).cache;
  throw new UserError('cannot_write', {
    problem: 'There is no place for the cache: this user has no home folder, and CLIPSTEP_CACHE is not set.',
    fix: OTHER_FOLDER,
  });
}

/** The error for what cannot be kept in the cache. */
export function cannotCache(path: string, cause: unknown): UserError {
  return new UserError('cannot_write', {
    problem: `${path}, in the cache, cannot be written: ${messageOf(cause)}.`,
    fix: OTHER_FOLDER,
    cause,
  });
}

const OTHER_FOLDER = 'Set CLIPSTEP_CACHE to a folder that can be written, on a disk with room.';
