import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: above `src`, and above `dist`, where all modules lie side by side. */
export const PACKAGE_FOLDER = packageFolder(dirname(fileURLToPath(import.meta.url)));

/** Folder of the model that predicts when none is given. */
export const SHIPPED_MODEL = join(PACKAGE_FOLDER, 'models', 'motion');

/** Path of one of the sample clips that come with Clipstep, such as `open/open-0001.mp4`. */
export const shippedSample = (name: string): string =>
  join(PACKAGE_FOLDER, 'datasets', 'motion', 'samples', name);

function packageFolder(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error('Clipstep has been taken out of its package: there is no package.json above it');
  return packageFolder(parent);
}
