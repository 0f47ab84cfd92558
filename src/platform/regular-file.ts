import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/**
 * Opens a file to read it. Pipes, sockets and devices are refused without being opened: opening some of them waits for
 * whoever writes there, and a device may never end.
 *
 * @throws NoRegularFile; what the file system says.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  if (!(await stat(path)).isFile()) throw new NoRegularFile();
  // It may be replaced by a pipe meanwhile, which must not be waited for.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new NoRegularFile();
}

export class NoRegularFile extends Error {
  constructor() {
    super('it is not a file but a folder, a pipe, a socket or a device');
  }
}

/** Reads a file whole, however long. @throws Error as openRegularFile. */
export async function readRegularFile(path: string): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Reads a file whole that the disk knows the length of, in as few goes as the system allows: readFile takes half a megabyte at a time and
 * waits for its turn before each.
 *
 * @throws Error as openRegularFile.
 */
export async function readLargeFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await openRegularFile(path);
  try {
    const bytes = new Uint8Array((await file.stat()).size);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

/** Reads a file of text whole, however long. @throws Error as openRegularFile. */
export async function readRegularText(path: string): Promise<string> {
  return (await readRegularFile(path)).toString('utf8');
}

/** The bytes of a file as they come. @throws Error as openRegularFile. */
export async function* bytesOfFile(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await openRegularFile(path);
  try {
    // The stream has no encoding of its own, and gives bytes.
    yield* file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>;
  } finally {
    await file.close();
  }
}

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
