import { createHash } from 'node:crypto';
import { badDataset } from './found.js';
import { partitionByGroup } from './partition.js';
import type { Dataset, Example } from './scan.js';

/** A dataset's parts. No group is in two of them, and `train` has every class. */
export interface Split {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
}

interface SplitOptions {
  /** Shares in [0, 1) of what is split, together below 1; 0: no such part. */
  readonly validation: number;
  readonly test: number;
  /**
   * For cross-validation: the test part is the fold of that number, from 1, out of equal ones, whatever
   * `test` says; `validation` is a share of the rest. The folds of one seed hold every example once.
   */
  readonly fold?: { readonly number: number; readonly of: number } | undefined;
  readonly seed: number;
}

/**
 * Splits a dataset into training, validation and test part, each as alike in its classes as whole groups
 * allow. A split that the dataset gives is kept; where it gives none for validation, that part is taken out
 * of its train. Folds are made of all but the test part that the dataset gives.
 *
 * @throws UserError `bad_dataset` when there are too few groups for a part that was asked for.
 */
export function splitByGroup(dataset: Dataset, options: SplitOptions): Split {
  const { examples } = dataset;
  const { fold } = options;
  if (fold) {
    const folded = examples.filter((example) => example.split !== 'test');
    return drawFold(folded, { ...options, fold, dataset });
  }
  if (examples.every((example) => example.split === undefined))
    return draw(examples, { ...options, dataset });
  const given = (name: Example['split']) => examples.filter((example) => example.split === name);
  const [train, validation, test] = [given('train'), given('validation'), given('test')];
  if (validation.length > 0) return { train, validation, test };
  return { ...draw(train, { ...options, test: 0, dataset }), test };
}

/** sha256 (hex) that tells whether the same examples are in the same parts. */
export function splitDigest({ labels }: Pick<Dataset, 'labels'>, split: Split): string {
  const idsOf = (examples: readonly Example[]) => examples.map(({ id, label }) => [id, label]);
  const parts = [labels, idsOf(split.train), idsOf(split.validation), idsOf(split.test)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function draw(examples: readonly Example[], options: SplitOptions & { dataset: Dataset }): Split {
  const { validation, test, seed, dataset } = options;
  const shares = [1 - validation - test, test, validation];
  const [train = [], testing = [], validating = []] = partitionByGroup(examples, { shares, seed });
  const complete = new Set(train.map((example) => example.label)).size === dataset.labels.length;
  const filled = (test === 0 || testing.length > 0) && (validation === 0 || validating.length > 0);
  if (!complete || !filled) throw tooFewGroups(examples, dataset);
  return { train, validation: validating, test: testing };
}

function drawFold(
  examples: readonly Example[],
  options: SplitOptions & { fold: NonNullable<SplitOptions['fold']>; dataset: Dataset },
): Split {
  const { number, of } = options.fold;
  const shares = Array.from({ length: of }, () => 1 / of);
  const test = partitionByGroup(examples, { shares, seed: options.seed })[number - 1]!;
  if (test.length === 0) throw tooFewGroups(examples, options.dataset);
  const tested = new Set(test);
  const rest = draw(
    examples.filter((example) => !tested.has(example)),
    { ...options, test: 0 },
  );
  return { ...rest, test };
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
