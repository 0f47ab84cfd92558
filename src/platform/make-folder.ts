import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a folder, and those above it, where they are not there yet. Node.js's own recursive mkdir never returns where
 * a file system lets nothing be created but says that a folder is missing, as /proc does.
 *
 * @throws what the file system says.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT') || parent === path)
      throw error;
    await makeFolder(parent);
    await makeOne(path);
  }
}

/** Another process may make it at the same time. */
async function makeOne(path: string): Promise<void> {
  await mkdir(path).catch(async (error: unknown) => {
    const status = await stat(path).catch(() => null);
    if (!status?.isDirectory()) throw error;
  });
}
