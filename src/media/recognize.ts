import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { exists } from '../platform/exists.js';
import { isClipName, isFrameName } from './clip-names.js';

/** What a path may be that a command is given, for who gives one in place of another. */
export type Recognized = 'a trained model' | 'a pipeline' | 'a table' | 'a clip' | 'a folder';

/** What lies at a path, by its name and what a folder holds; null where that says nothing or nothing is there. */
export async function recognize(path: string): Promise<Recognized | null> {
  const status = await stat(path).catch(() => null);
  if (!status) return null;
  if (status.isDirectory()) {
    // A TensorFlow.js model has a model.json too.
    return (await exists(join(path, 'weights.safetensors'))) ? 'a trained model' : 'a folder';
  }
  const ending = extname(path).toLowerCase();
  if (ending === '.yaml' || ending === '.yml') return 'a pipeline';
  if (ending === '.csv' || ending === '.tsv') return 'a table';
  return isClipName(path) || isFrameName(path) ? 'a clip' : null;
}
