import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/**
 * Opens a file to read it. Pipes, sockets and devices are refused without being opened: opening some of them waits for
 * whoever writes there, and a device may never end.
 *
 * @throws Error that says what it is; what the file system says.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  if (!(await stat(path)).isFile()) throw new Error(NO_FILE);
  // It may be replaced by a pipe meanwhile, which must not be waited for.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error(NO_FILE);
}

const NO_FILE = 'it is not a file but a folder, a pipe or a device';

/** Reads a file of text whole, as readBoundedFile. */
export async function readTextFile(path: string, limits: { maxBytes: number }): Promise<string> {
  return (await readBoundedFile(path, limits)).toString('utf8');
}

/**
 * Reads a file whole.
 *
 * @throws Error as openRegularFile, or where it has more than `maxBytes`.
 */
export async function readBoundedFile(path: string, { maxBytes }: { maxBytes: number }): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) {
      throw new Error(
        `it has ${Math.ceil(size / 1e6)} MB, and none is expected to have over ${maxBytes / 1e6}`,
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
