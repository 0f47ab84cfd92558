import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of data and pretrained networks that lie beside the project: CLIPSTEP_SHARED, else ../shared
 * from the project's root. Null where there is none; tests that need it are then skipped.
 */
export const sharedFolder: string | null = findSharedFolder();

function findSharedFolder(): string | null {
  const beside = fileURLToPath(new URL('../../../shared', import.meta.url));
  const folder = resolve(process.env.CLIPSTEP_SHARED ?? beside);
  return existsSync(folder) ? folder : null;
}
