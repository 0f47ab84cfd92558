import { access } from 'node:fs/promises';

/** Whether there is something at a path that this process can reach. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** What a file or a folder holds; null where there is none, nor can be below a file. Whatever else keeps it from being read is thrown. */
export const unlessAbsent = <T>(reading: Promise<T>): Promise<T | null> =>
  reading.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
