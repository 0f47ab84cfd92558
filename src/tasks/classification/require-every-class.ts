import type { Example } from '../../datasets/dataset.js';
import { UserError } from '../../errors.js';

/**
 * @throws UserError `bad_dataset` when a class has no example left to train on.
 */
export function requireEveryClass(labels: readonly string[], examples: readonly Example[]): void {
  const present = new Set(examples.map((example) => example.label));
  const absent = labels.filter((_, label) => !present.has(label));
  if (absent.length === 0) return;
  throw new UserError('bad_dataset', {
    problem: `No clip of the training part can be read for: ${absent.join(', ')}.`,
    fix: 'Fix or replace the clips that were left out above, or remove the class.',
  });
}
