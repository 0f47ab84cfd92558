import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../errors.js';
import { exists } from './exists.js';
import { absentFix } from './folder-names.js';
import { nearest } from './nearest.js';
import { PACKAGE_FOLDER } from './package-files.js';

/** What ships with Clipstep and is found by its name. */
export type ShippedKind = 'model' | 'pipeline';

interface Place {
  /** In the package. */
  readonly folder: string;
  /** Of the names of its files; nothing for folders. */
  readonly ending: string;
  /** Whether a path that exists can be what is meant. */
  readonly isOne: (path: string) => Promise<boolean>;
  /** What else than a name can be given. */
  readonly path: string;
}

const PLACES: Readonly<Record<ShippedKind, Place>> = {
  model: {
    folder: 'models',
    ending: '',
    isOne: (path) => exists(join(path, 'model.json')),
    path: 'the folder that `clipstep train --out` wrote',
  },
  pipeline: {
    folder: 'pipelines',
    ending: '.yaml',
    isOne: async (path) => (await stat(path).catch(() => null))?.isFile() ?? false,
    path: 'the path of a YAML file',
  },
};

/** Names of what ships, in alphabetical order. */
export async function shippedNames(kind: ShippedKind): Promise<string[]> {
  const { folder, ending } = PLACES[kind];
  const entries = await readdir(join(PACKAGE_FOLDER, folder));
  return entries
    .filter((entry) => entry.endsWith(ending))
    .map((entry) => basename(entry, ending))
    .sort();
}

/** Where something of that name is in the package. */
export function shippedPath(kind: ShippedKind, name: string): string {
  const { folder, ending } = PLACES[kind];
  return join(PACKAGE_FOLDER, folder, name + ending);
}

/**
 * The path of a model or pipeline that somebody gave by its path or by the name under which it ships. A path that
 * exists wins.
 *
 * @param others further names that there are, for who meant one of these.
 * @throws UserError `not_found` for what is neither, with the nearest name and all there are; `usage` for a name at
 *   which something else stands.
 */
export async function findShipped(
  kind: ShippedKind,
  given: string,
  others: readonly string[] = [],
): Promise<string> {
  const { isOne, path } = PLACES[kind];
  if (await isOne(given)) return given;
  const names = await shippedNames(kind);
  const isThere = await exists(given);
  if (names.includes(given)) {
    const shipped = shippedPath(kind, given);
    if (!isThere) return shipped;
    throw new UserError('usage', {
      problem: `${given} is the name of a ${kind} that ships with Clipstep, but also something else here, which is no ${kind}.`,
      fix: `Give ${shipped}, or ./${given} with what it lacks.`,
    });
  }
  // What is wrong with it is said by whoever reads it.
  if (isThere) return given;
  const known = [...names, ...others];
  const near = nearest(basename(given, PLACES[kind].ending), known);
  throw new UserError('not_found', {
    problem: `There is no ${kind} ${given}: neither a path nor the name of one that ships with Clipstep.`,
    fix: absentFix(
      given,
      `${near ? `Did you mean ${near}? ` : ''}Give ${path}, or one of ${known.join(', ')}.`,
    ),
  });
}
