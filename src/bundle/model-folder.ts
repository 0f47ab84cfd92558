import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { exists } from '../platform/exists.js';
import { makeFolder } from '../platform/make-folder.js';
import { cannotMakeFolder, cannotWriteResult } from '../platform/write-result.js';
import { WEIGHTS_FILE } from './manifest.js';

/** Whether a folder holds a model of ours: a TensorFlow.js model has a model.json too. */
export const isModel = (folder: string): Promise<boolean> => exists(join(folder, WEIGHTS_FILE));

/**
 * @param named how a person names the folder: by `--out`, or as what the command is given.
 * @throws UserError `usage` where nothing can be written there, since something is there already; `cannot_write`.
 */
export async function refuseOccupied(folder: string, named: 'out' | 'argument' = 'out'): Promise<void> {
  const { cannotWrite, fix } = NAMED[named];
  await makeFolder(dirname(resolve(folder))).catch((cause: unknown) =>
    Promise.reject(cannotWrite(folder, cause)),
  );
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError('usage', {
      problem: `${folder} cannot be used: ${error.message}.`,
      fix,
      cause: error,
    });
  });
  if (entries.length === 0) return;
  throw new UserError('usage', {
    problem: `${folder} is not empty, and nothing in it is ever overwritten.`,
    fix,
  });
}

const NAMED = {
  out: {
    cannotWrite: cannotWriteResult,
    fix: 'Give another folder with --out, or remove this one first.',
  },
  argument: { cannotWrite: cannotMakeFolder, fix: 'Give another folder, or remove this one first.' },
};
