import { badDataset } from './found.js';
import { partitionByGroup } from './partition.js';
import type { Dataset, Example } from './scan.js';

/** A dataset's parts. No group is in two of them, and `train` has every class. */
export interface Split {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
}

/**
 * Splits a dataset into training, validation and test part, each as alike in its classes as whole groups
 * allow. A split that the dataset gives is kept; where it gives none for validation, that part is taken out
 * of its train.
 *
 * @param options.validation, options.test: shares in [0, 1) of what is split, together below 1; 0: no such part.
 * @throws UserError `bad_dataset` when there are too few groups for a part that was asked for.
 */
export function splitByGroup(
  dataset: Dataset,
  options: { validation: number; test: number; seed: number },
): Split {
  const { examples } = dataset;
  if (examples.every((example) => example.split === undefined))
    return draw(examples, { ...options, dataset });
  const given = (name: Example['split']) => examples.filter((example) => example.split === name);
  const [train, validation, test] = [given('train'), given('validation'), given('test')];
  if (validation.length > 0) return { train, validation, test };
  return { ...draw(train, { ...options, test: 0, dataset }), test };
}

function draw(
  examples: readonly Example[],
  options: { validation: number; test: number; seed: number; dataset: Dataset },
): Split {
  const { validation, test, seed, dataset } = options;
  const shares = [1 - validation - test, test, validation];
  const [train = [], testing = [], validating = []] = partitionByGroup(examples, { shares, seed });
  const complete = new Set(train.map((example) => example.label)).size === dataset.labels.length;
  const filled = (test === 0 || testing.length > 0) && (validation === 0 || validating.length > 0);
  if (!complete || !filled) throw tooFewGroups(examples, dataset);
  return { train, validation: validating, test: testing };
}

function tooFewGroups(examples: readonly Example[], { labels }: Dataset) {
  const counts = labels.map((label, index) => {
    const groups = new Set(examples.filter((each) => each.label === index).map((each) => each.group));
    return `  ${label}: ${groups.size}`;
  });
  return badDataset(
    `There are too few groups to fill every part of the split, since a group stays whole. Groups of each class:\n${counts.join('\n')}`,
    'Add clips from other sources, give smaller groups in the manifest, or set split.validation or split.test to 0.',
  );
}
