import { open, rename, rm } from 'node:fs/promises';
import { cannotWrite } from './cannot-write.js';

/**
 * Lets `write` fill a file beside `path`, and puts that into its place: whole or not at all.
 * @throws UserError `cannot_write`.
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await write(temporary);
    await sync(temporary);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cannotWrite(path, cause);
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}
