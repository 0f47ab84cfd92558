import { naturalOrder } from '../platform/natural-order.js';
import type { Dataset, SplitName } from './dataset.js';
import { badDataset, type Found } from './found.js';

/** Where it was found, what its examples are called, and what is to be done where there are not enough. */
interface Named {
  readonly path: string;
  readonly noun: string;
  readonly layout: string;
  readonly purpose: DataPurpose;
}

/** To train on it takes examples of every class, and two classes; to be scored it takes an example. */
export type DataPurpose = 'training' | 'scoring';

/**
 * The dataset of what was found, its classes in natural order.
 *
 * @throws UserError `bad_dataset` for no examples, and for a group in two parts of a split; to train on, also for fewer than
 *   two classes, a class without examples, and a split without train or with a class that train has not.
 */
export function numberClasses(found: Found, named: Named): Dataset {
  const labels = [...found.labels].sort(naturalOrder);
  requireExamples(found, named);
  if (named.purpose === 'training') {
    requireClasses(labels, found, named);
    requireTrained(labels, found, named);
  }
  requireWholeGroups(found, named);
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  const examples = found.examples.map((example) => ({ ...example, label: indexOf.get(example.label)! }));
  return { labels, examples, skipped: found.skipped };
}

function requireExamples({ examples, skipped }: Found, { path, noun, layout }: Named): void {
  if (examples.length > 0) return;
  throw badDataset(`${path} holds no ${noun}.${reasonsText(skipped)}`, layout);
}

/** Why the first few were left out. */
const reasonsText = (skipped: Found['skipped']): string =>
  skipped
    .slice(0, 3)
    .map(({ path, problem }) => `\n  ${path}: ${problem}`)
    .join('');

function requireClasses(labels: readonly string[], found: Found, { path, noun, layout }: Named): void {
  const counts = labels.map((label) => found.examples.filter((example) => example.label === label).length);
  const empty = labels.filter((_, index) => counts[index] === 0);
  if (empty.length > 0) {
    throw badDataset(
      `${path} has ${empty.length === 1 ? 'a class' : 'classes'} without ${noun}: ${empty.join(', ')}.${reasonsText(found.skipped)}`,
      `Add ${noun} to it, or remove it.`,
    );
  }
  if (labels.length < 2) {
    throw badDataset(
      `${path} has one class only, ${labels[0]}; a classifier needs two to tell apart.`,
      layout,
    );
  }
}

function requireTrained(labels: readonly string[], { examples }: Found, { path, noun }: Named): void {
  const training = examples.filter((example) => example.split === 'train');
  if (examples.every((example) => example.split === undefined)) return;
  const absent = labels.filter((label) => training.every((example) => example.label !== label));
  if (absent.length > 0) {
    throw badDataset(
      `${path} has no ${noun} to train on for ${absent.join(', ')}: all are in other parts of the split.`,
      `Put some ${noun} of every class into train.`,
    );
  }
}

function requireWholeGroups({ examples }: Found, { path, noun }: Named): void {
  const splitOf = new Map<string, SplitName | undefined>();
  for (const { group, split } of examples) {
    const other = splitOf.get(group) ?? split;
    splitOf.set(group, other);
    if (other === split) continue;
    throw badDataset(
      `In ${path}, the group ${group} is in ${other} as well as in ${split}: what is tested on would have been seen in training.`,
      `Give all ${noun} of a group the same split.`,
    );
  }
}
