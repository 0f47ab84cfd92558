import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../src/platform/cache-folder.js';

/**
 * A cache of a test's own in a folder, empty but for the tensorflow engine where that is installed.
 * @returns the environment that makes clipstep use it.
 */
export async function freshCache(folder: string): Promise<{ CLIPSTEP_CACHE: string }> {
  await mkdir(folder, { recursive: true });
  await symlink(cacheFolder('tensorflow'), join(folder, 'tensorflow'));
  return { CLIPSTEP_CACHE: folder };
}
