import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { messageOf } from '../errors.js';
import { naturalOrder } from '../platform/natural-order.js';
import type { Skipped, SplitName } from './dataset.js';
import { type Found, splitNamed } from './found.js';

/** Lists `<folder>/<label>/<clip>`, or `<folder>/<train|val|test>/<label>/<clip>`. */
export async function scanFolders(folder: string): Promise<Found> {
  const top = await list(folder);
  const splits = top.folders.map(splitNamed);
  // A class may be called train or test: they mean a split only where no other folder lies beside them.
  const isSplit = splits.includes('train') && splits.every((split) => split !== null);
  const parts = await Promise.all(
    top.folders.map((name, index) => {
      const split = splits[index];
      return isSplit && split
        ? scanPart({ folder, name, split })
        : scanClass({ folder, id: name, label: name });
    }),
  );
  return merge([withoutClass(folder, top), ...parts]);
}

/** One part of a split: a folder of class folders. */
async function scanPart(part: { folder: string; name: string; split: SplitName }): Promise<Found> {
  const folder = join(part.folder, part.name);
  const listing = await list(folder);
  const classes = await Promise.all(
    listing.folders.map((label) =>
      scanClass({ folder: part.folder, id: `${part.name}/${label}`, label, split: part.split }),
    ),
  );
  return merge([withoutClass(folder, listing), ...classes]);
}

/** One class: a folder of clips. `id` is its path within the dataset, with slashes on every system. */
async function scanClass(options: {
  folder: string;
  id: string;
  label: string;
  split?: SplitName | undefined;
}): Promise<Found> {
  const { id, label, split } = options;
  const folder = join(options.folder, id);
  const { files, folders, skipped } = await list(folder);
  const sequences = await Promise.all(folders.map((name) => asSequence(join(folder, name))));
  const names = [
    ...files.filter((name) => !isOrdinaryFile(name)),
    ...folders.filter((_, index) => sequences[index] === null),
  ].sort(naturalOrder);
  return {
    examples: names.map((name) => ({
      id: `${id}/${name}`,
      path: join(folder, name),
      label,
      group: `${id}/${name}`,
      split,
    })),
    skipped: [
      ...skipped,
      ...files.filter(isOrdinaryFile).map((name) => ({
        path: join(folder, name),
        problem: `A ${extname(name)} file is neither video nor image.`,
      })),
      ...sequences.filter((problem) => problem !== null),
    ],
    labels: new Set([label]),
  };
}

/** Why a folder is no folder of frames, or null when it is one. */
async function asSequence(folder: string): Promise<Skipped | null> {
  const { files } = await list(folder);
  if (files.some((name) => !isOrdinaryFile(name))) return null;
  return {
    path: folder,
    problem: 'The folder holds no images; clips lie directly in the folder of their class.',
  };
}

/** Files that people keep beside clips. Whatever else there is, the reader of media says whether it is media. */
const ORDINARY_FILES =
  /\.(csv|db|docx?|html?|ini|json|jsonl|log|md|npy|npz|pdf|pkl|py|rar|sha256|srt|sub|tar|gz|tsv|txt|vtt|xlsx?|xml|ya?ml|zip)$/i;

const isOrdinaryFile = (name: string): boolean => ORDINARY_FILES.test(name);

interface Listing {
  /** Names in natural order. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** What lies in a folder, links followed; names that begin with a dot are passed over. */
async function list(folder: string): Promise<Listing> {
  const folders: string[] = [];
  const files: string[] = [];
  const skipped: Skipped[] = [];
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(naturalOrder);
  for (const name of names) {
    try {
      const status = await stat(join(folder, name));
      (status.isDirectory() ? folders : files).push(name);
    } catch (error) {
      skipped.push({ path: join(folder, name), problem: `It cannot be opened: ${messageOf(error)}.` });
    }
  }
  return { folders, files, skipped };
}

/** Files where folders of classes are expected. */
function withoutClass(folder: string, { files, skipped }: Listing): Found {
  const problem = 'It lies beside the folders of the classes, and so has no class.';
  return {
    examples: [],
    skipped: [...skipped, ...files.map((name) => ({ path: join(folder, name), problem }))],
    labels: new Set(),
  };
}

function merge(parts: readonly Found[]): Found {
  return {
    examples: parts.flatMap((part) => part.examples),
    skipped: parts.flatMap((part) => part.skipped),
    labels: new Set(parts.flatMap((part) => [...part.labels])),
  };
}
