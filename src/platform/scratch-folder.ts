import { mkdir, rm } from 'node:fs/promises';
import { cannotWrite } from './cannot-write.js';

/**
 * Does work that needs a folder for files of its own, which is removed afterwards.
 *
 * @param path of nobody else's: what a killed run left there is removed.
 * @throws UserError `cannot_write`.
 */
export async function withScratchFolder<T>(path: string, work: (folder: string) => Promise<T>): Promise<T> {
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 });
  await remove();
  await mkdir(path).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  return work(path).finally(remove);
}
