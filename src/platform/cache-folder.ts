import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * A place in the user's cache: what lies there can be fetched or computed again. CLIPSTEP_CACHE moves it.
 * Nothing is created.
 */
export function cacheFolder(...parts: string[]): string {
  const root = process.env.CLIPSTEP_CACHE;
  return join(root ? resolve(root) : envPaths('clipstep', { suffix: '' }).cache, parts.join('/'));
}
