import { createHash } from 'node:crypto';
import { random } from '../random.js';
import type { Dataset, Example } from './dataset.js';
import { badDataset } from './found.js';
import { partitionByGroup } from './partition.js';
import { partitionByHash } from './partition-by-hash.js';

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
  readonly fold?: Fold | undefined;
  /** How parts are drawn, but for folds: by the seed when absent; see partition-by-hash.ts. */
  readonly by?: 'hash' | undefined;
  /** Most examples of each class in the training part: those of a smaller number are among those of a larger one. */
  readonly perClass?: number | undefined;
  readonly seed: number;
}

/**
 * For cross-validation: the test part is the fold of that number, from 1, out of equal ones, whatever
 * `test` says; `validation` is a share of the rest. The folds of one seed hold every example once.
 */
interface Fold {
  readonly number: number;
  readonly of: number;
  /**
   * For choices inside a fold: this fold's test part is in no part, and the folds are made of what remains, so that
   * nothing that is chosen by them has seen it.
   */
  readonly without?: Omit<Fold, 'without'> | undefined;
}

/**
 * Splits a dataset into training, validation and test part, each as alike in its classes as whole groups
 * allow. A split that the dataset gives is kept; where it gives none for validation, that part is taken out
 * of its train. Folds are made of all but the test part that the dataset gives.
 *
 * @throws UserError `bad_dataset` when there are too few groups for a part that was asked for.
 */
export function splitByGroup(dataset: Dataset, options: SplitOptions): Split {
  const { train, ...others } = splitWhole(dataset, options);
  return { train: someOfEach(train, options), ...others };
}

function someOfEach(train: readonly Example[], { perClass, seed }: SplitOptions): readonly Example[] {
  if (perClass === undefined) return train;
  const taken = new Map<number, number>();
  const drawn = random(seed, 'some of each class')
    .shuffle([...train])
    .filter(({ label }) => {
      const count = (taken.get(label) ?? 0) + 1;
      taken.set(label, count);
      return count <= perClass;
    });
  const kept = new Set(drawn);
  return train.filter((example) => kept.has(example));
}

function splitWhole(dataset: Dataset, options: SplitOptions): Split {
  const { examples } = dataset;
  const { fold } = options;
  if (fold) {
    return drawFold(foldsTogether(dataset).train, { ...options, fold, dataset });
  }
  if (examples.every((example) => example.split === undefined))
    return draw(examples, { ...options, dataset });
  const given = (name: Example['split']) => examples.filter((example) => example.split === name);
  const [train, validation, test] = [given('train'), given('validation'), given('test')];
  if (validation.length > 0) return { train, validation, test };
  return { ...draw(train, { ...options, test: 0, dataset }), test };
}

/** What all folds together are made of, as one training part. */
export function foldsTogether({ examples }: Pick<Dataset, 'examples'>): Split {
  const isTest = ({ split }: Example) => split === 'test';
  return {
    train: examples.filter((example) => !isTest(example)),
    validation: [],
    test: examples.filter(isTest),
  };
}

/** sha256 (hex) that says whether the same examples are in the same parts. */
export function splitDigest({ labels }: Pick<Dataset, 'labels'>, split: Split): string {
  const idsOf = (examples: readonly Example[]) => examples.map(({ id, label }) => [id, label]);
  const parts = [labels, idsOf(split.train), idsOf(split.validation), idsOf(split.test)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function draw(examples: readonly Example[], options: SplitOptions & { dataset: Dataset }): Split {
  const { validation, test, by, seed, dataset } = options;
  const shares = [1 - validation - test, test, validation];
  const parts =
    by === 'hash' ? partitionByHash(examples, shares) : partitionByGroup(examples, { shares, seed });
  const [train = [], testing = [], validating = []] = parts;
  const complete = new Set(train.map((example) => example.label)).size === dataset.labels.length;
  const filled = (test === 0 || testing.length > 0) && (validation === 0 || validating.length > 0);
  if (!complete || !filled) throw tooFew(dataset, options);
  return { train, validation: validating, test: testing };
}

function drawFold(
  examples: readonly Example[],
  options: SplitOptions & { fold: Fold; dataset: Dataset },
): Split {
  const { without, ...fold } = options.fold;
  if (without) {
    const { rest } = takeFold(examples, { ...options, fold: without });
    return drawFold(rest, { ...options, fold });
  }
  const { test, rest } = takeFold(examples, options);
  return { ...draw(rest, { ...options, test: 0 }), test };
}

/** A fold's test part, and all others. */
function takeFold(
  examples: readonly Example[],
  { fold, seed, dataset }: { fold: Fold; seed: number; dataset: Dataset },
): { test: Example[]; rest: Example[] } {
  const { number, of } = fold;
  const shares = Array.from({ length: of }, () => 1 / of);
  const test = partitionByGroup(examples, { shares, seed })[number - 1]!;
  if (test.length === 0) throw tooFew(dataset, { fold });
  const tested = new Set(test);
  return { test, rest: examples.filter((example) => !tested.has(example)) };
}

function tooFew({ examples, labels }: Dataset, { fold }: Pick<SplitOptions, 'fold'>) {
  const groups = labels.map(
    (_, index) => new Set(examples.filter(({ label }) => label === index).map(({ group }) => group)).size,
  );
  const isGrouped = new Set(examples.map(({ group }) => group)).size < examples.length;
  const noun = examples.some(({ text }) => text !== undefined) ? 'texts' : 'clips';
  const problem = isGrouped
    ? 'There are too few groups to fill every part of the split, since a group stays whole. Groups of each class'
    : `There are too few ${noun} to fill every part of the split. ${noun === 'texts' ? 'Texts' : 'Clips'} of each class`;
  const more = isGrouped
    ? `Add ${noun} from other sources, give smaller groups in the manifest`
    : `Add ${noun} of each class`;
  const less = fold ? 'give fewer --folds' : 'set split.validation or split.test to 0';
  return badDataset(
    `${problem}:\n${labels.map((label, index) => `  ${label}: ${groups[index]}`).join('\n')}`,
    `${more}, or ${less}.`,
  );
}
