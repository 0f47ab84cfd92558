import { basename } from 'node:path';
import { UserError } from '../errors.js';
import { systemFoldersText } from '../media/system-names.js';
import type { Example, Skipped, SplitName } from './dataset.js';

/** What a folder or a manifest names, before classes are numbered. */
export interface Found {
  readonly examples: ReadonlyArray<Omit<Example, 'label'> & { readonly label: string }>;
  readonly skipped: readonly Skipped[];
  /** Classes that were named, be it by an empty folder. */
  readonly labels: ReadonlySet<string>;
}

/** The part that a folder's name or a manifest's word means. */
export function splitNamed(word: string): SplitName | null {
  switch (word.toLowerCase()) {
    case 'train':
      return 'train';
    case 'val':
    case 'valid':
    case 'validation':
      return 'validation';
    case 'test':
      return 'test';
    default:
      return null;
  }
}

/** What is said of folders that systems leave, once for all of them: nothing where there are none. */
export function systemFolders(paths: readonly string[]): Skipped[] {
  const [first] = paths;
  if (first === undefined) return [];
  return [{ path: first, problem: systemFoldersText(paths.map((path) => basename(path))) }];
}

/** The error for a dataset that cannot be used as it is. */
export function badDataset(problem: string, fix: string): UserError {
  return new UserError('bad_dataset', { problem, fix });
}
