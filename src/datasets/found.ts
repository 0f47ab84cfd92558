import { UserError } from '../errors.js';
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

/** The error for a dataset that cannot be used as it is. */
export function badDataset(problem: string, fix: string): UserError {
  return new UserError('bad_dataset', { problem, fix });
}
