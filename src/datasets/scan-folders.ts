import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { messageOf } from '../errors.js';
import { isSystemFolder } from '../media/system-names.js';
import { unlessAbsent } from '../platform/exists.js';
import { folderNames, notUtf8 } from '../platform/folder-names.js';
import { naturalOrder } from '../platform/natural-order.js';
import type { Skipped, SplitName } from './dataset.js';
import { type Found, splitNamed, systemFolders } from './found.js';

/** Lists `<folder>/<label>/<clip>`, or `<folder>/<train|val|test>/<label>/<clip>`. */
export async function scanFolders(folder: string): Promise<Found> {
  const passedOver: string[] = [];
  const found = await scanTop(folder, passedOver);
  return { ...found, skipped: [...found.skipped, ...systemFolders(passedOver.sort(naturalOrder))] };
}

/** @param passedOver receives the paths of folders that systems leave. */
async function scanTop(folder: string, passedOver: string[]): Promise<Found> {
  const top = await list(folder, passedOver);
  const splits = top.folders.map(splitNamed);
  // A class may be called train or test: they mean a split only where no other folder lies beside them.
  const isSplit = splits.includes('train') && splits.every((split) => split !== null);
  const parts = await Promise.all(
    top.folders.map((name, index) => {
      const split = splits[index];
      return isSplit && split
        ? scanPart({ folder, name, split, passedOver })
        : scanClass({ folder, id: name, label: name, passedOver });
    }),
  );
  return merge([withoutClass(folder, top), ...parts]);
}

/** One part of a split: a folder of class folders. */
async function scanPart(part: {
  folder: string;
  name: string;
  split: SplitName;
  passedOver: string[];
}): Promise<Found> {
  const { passedOver } = part;
  const folder = join(part.folder, part.name);
  const listing = await list(folder, passedOver);
  const classes = await Promise.all(
    listing.folders.map((label) =>
      scanClass({ folder: part.folder, id: `${part.name}/${label}`, label, split: part.split, passedOver }),
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
  passedOver: string[];
}): Promise<Found> {
  const { id, label, split, passedOver } = options;
  const folder = join(options.folder, id);
  const listing = await unlessAbsent(list(folder, passedOver));
  // Gone since its name was read.
  if (!listing) return { examples: [], skipped: [], labels: new Set() };
  const { files, skipped } = listing;
  const { folders, sequences } = await sequencesOf(folder, { names: listing.folders, passedOver });
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

/** The folders in that of a class that are still there, and of each what asSequence says. */
async function sequencesOf(
  folder: string,
  { names, passedOver }: { names: readonly string[]; passedOver: string[] },
): Promise<{ folders: string[]; sequences: Array<Skipped | null> }> {
  const found = await Promise.all(
    names.map(async (name) => ({
      name,
      // In an object, since null says that it is a folder of frames.
      said: await unlessAbsent(asSequence(join(folder, name), passedOver).then((problem) => ({ problem }))),
    })),
  );
  const there = found.flatMap(({ name, said }) => (said ? [{ name, problem: said.problem }] : []));
  return { folders: there.map(({ name }) => name), sequences: there.map(({ problem }) => problem) };
}

/** Why a folder is no folder of frames, or null when it is one. */
async function asSequence(folder: string, passedOver: string[]): Promise<Skipped | null> {
  const { files } = await list(folder, passedOver);
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

/** What `clipstep batch --subtitles` writes beside clips. */
const OWN_FILES = /\.clipstep\.(?:vtt|srt)$/;

/**
 * What lies in a folder, links followed; names that begin with a dot, subtitles of our own and folders that systems leave are
 * passed over.
 */
async function list(folder: string, passedOver: string[]): Promise<Listing> {
  const folders: string[] = [];
  const files: string[] = [];
  const skipped: Skipped[] = [];
  const names = (await folderNames(folder)).filter(
    ({ name }) => !name.startsWith('.') && !OWN_FILES.test(name),
  );
  for (const { name, isUtf8 } of names.sort((one, other) => naturalOrder(one.name, other.name))) {
    if (!isUtf8) {
      skipped.push({ path: join(folder, name), problem: notUtf8Problem(folder, name) });
      continue;
    }
    try {
      const status = await stat(join(folder, name));
      if (!status.isDirectory()) files.push(name);
      else if (isSystemFolder(name)) passedOver.push(join(folder, name));
      else folders.push(name);
    } catch (error) {
      skipped.push({ path: join(folder, name), problem: `It cannot be opened: ${messageOf(error)}.` });
    }
  }
  return { folders, files, skipped };
}

/** What to do about it is said with it: what is skipped has no fix of its own. */
function notUtf8Problem(folder: string, name: string): string {
  const { problem, fix } = notUtf8(folder, name);
  return `${problem} ${fix}`;
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
