import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { exists } from '../platform/exists.js';
import { replaceFile } from '../platform/replace-file.js';
import type { Found } from './found.js';
import { manifestRows } from './manifest-rows.js';

/** Beside the folders of the classes: which clips belong together, as a table with the columns path and group. */
export const GROUPS_FILE = 'groups.csv';

/**
 * Gives clips in class folders the groups that the folder's groups.csv names. Clips that it does not name stay groups of
 * their own, and it may name clips that are gone: files come and go by hand.
 *
 * @throws UserError `bad_dataset` with the lines that do not fit; `unreadable`.
 */
export async function withGroups(folder: string, found: Found): Promise<Found> {
  const path = join(folder, GROUPS_FILE);
  const groups = await readGroups(folder);
  return {
    ...found,
    examples: found.examples.map((example) => ({
      ...example,
      group: groups.get(example.id) ?? example.group,
    })),
    skipped: found.skipped.filter((skipped) => skipped.path !== path),
  };
}

/** Groups by the clips' paths within the folder, such as `jump/a.mp4`; none where there is no such file. */
export async function readGroups(folder: string): Promise<ReadonlyMap<string, string>> {
  const path = join(folder, GROUPS_FILE);
  if (!(await exists(path))) return new Map();
  const groups = new Map<string, string>();
  for await (const { cells } of manifestRows({ path, needed: ['path', 'group'] })) {
    groups.set(cells.path.replace(/^\.\//, ''), cells.group!); // a needed column
  }
  return groups;
}

/** Replaces a folder's groups.csv. @throws what the file system says; the file before then stays. */
export async function writeGroups(folder: string, groups: ReadonlyMap<string, string>): Promise<void> {
  const rows = [...groups].map(([path, group]) => ({ path, group }));
  const text = stringify(rows, { header: true, columns: ['path', 'group'] });
  await replaceFile(join(folder, GROUPS_FILE), text, { isSynced: true });
}
