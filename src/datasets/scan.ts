import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { naturalOrder } from '../platform/natural-order.js';
import type { Dataset, SplitName } from './dataset.js';
import { badDataset, type Found } from './found.js';
import { scanFolders } from './scan-folders.js';
import { scanManifest } from './scan-manifest.js';

/** Names under which a folder's manifest is found, in the order in which they are looked for. */
const MANIFEST_NAMES = ['manifest.csv', 'clips.csv'];

/**
 * Lists a dataset:
 * - a manifest, given as a CSV file or lying in the folder as manifest.csv or clips.csv, with a header row
 *   and the columns path and label, and if wanted group, split, start and end (seconds);
 * - or a folder with one folder of clips a class, `<label>/<clip>`;
 * - or such folders within train, val and test: `train/<label>/<clip>`.
 *
 * A clip is a video file, an image, or a folder of frames; whether it can be decoded is not looked at.
 * Names that begin with a dot are passed over.
 *
 * @throws UserError `not_found`; `bad_dataset` for fewer than two classes, a class without clips, a split
 *   without train or with a class that train has not, a group in two parts of a split, and a manifest that
 *   is not as above, with its lines.
 */
export async function scanDataset(path: string): Promise<Dataset> {
  const found = await find(resolve(path));
  const labels = [...found.labels].sort(naturalOrder);
  checkClasses(labels, found, path);
  checkSplit(labels, found, path);
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  const examples = found.examples.map((example) => ({ ...example, label: indexOf.get(example.label)! }));
  return { labels, examples, skipped: found.skipped };
}

async function find(path: string): Promise<Found> {
  const kind = await kindOf(path);
  if (kind === 'file') return scanManifest(path);
  for (const name of kind === 'folder' ? MANIFEST_NAMES : []) {
    const manifest = join(path, name);
    if ((await kindOf(manifest).catch(() => null)) === 'file') return scanManifest(manifest);
  }
  return scanFolders(path);
}

async function kindOf(path: string): Promise<'file' | 'folder'> {
  const status = await stat(path).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `The dataset ${path} cannot be opened: ${messageOf(cause)}.`,
      fix: 'Give a folder with one folder of clips a class, or a manifest in CSV.',
      cause,
    });
  });
  return status.isDirectory() ? 'folder' : 'file';
}

function checkClasses(labels: readonly string[], found: Found, path: string): void {
  const counts = labels.map((label) => found.examples.filter((example) => example.label === label).length);
  const empty = labels.filter((_, index) => counts[index] === 0);
  const reasons = found.skipped.slice(0, 3).map((skipped) => `\n  ${skipped.path}: ${skipped.problem}`);
  if (found.examples.length === 0) {
    throw badDataset(`${path} holds no clips.${reasons.join('')}`, LAYOUT);
  }
  if (empty.length > 0) {
    throw badDataset(
      `${path} has ${empty.length === 1 ? 'a class' : 'classes'} without clips: ${empty.join(', ')}.${reasons.join('')}`,
      'Add clips to it, or remove it.',
    );
  }
  if (labels.length < 2) {
    throw badDataset(
      `${path} has one class only, ${labels[0]}; a classifier needs two to tell apart.`,
      LAYOUT,
    );
  }
}

function checkSplit(labels: readonly string[], { examples }: Found, path: string): void {
  const training = examples.filter((example) => example.split === 'train');
  if (examples.every((example) => example.split === undefined)) return;
  const absent = labels.filter((label) => training.every((example) => example.label !== label));
  if (absent.length > 0) {
    throw badDataset(
      `${path} has no clips to train on for ${absent.join(', ')}: all are in other parts of the split.`,
      'Put some clips of every class into train.',
    );
  }
  const splitOf = new Map<string, SplitName | undefined>();
  for (const { group, split } of examples) {
    const other = splitOf.get(group) ?? split;
    splitOf.set(group, other);
    if (other === split) continue;
    throw badDataset(
      `In ${path}, the group ${group} is in ${other} as well as in ${split}: what is tested on would have been seen in training.`,
      'Give all clips of a group the same split.',
    );
  }
}

const LAYOUT =
  'Lay the clips out as <folder>/<class>/<clip>, with two classes or more, or write a manifest with the columns path and label.';
