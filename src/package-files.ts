import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: right above `src`, and above `dist`, where all modules lie side by side. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** Folder of the model that predicts when none is given. */
export const SHIPPED_MODEL = join(PACKAGE_FOLDER, 'models', 'motion');

/** Path of a pipeline that comes with Clipstep. */
export const shippedPipeline = (name: string): string => join(PACKAGE_FOLDER, 'pipelines', `${name}.yaml`);
