import { dirname, resolve, sep } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { exists } from '../platform/exists.js';
import { readBoundedFile } from '../platform/regular-file.js';
import type { Skipped } from './dataset.js';
import type { Found } from './found.js';
import { badManifest, type Column, type ManifestRow, manifestRows } from './manifest-rows.js';
import { tableText } from './table-text.js';

/** A row with the clip that it names. */
interface Located extends ManifestRow {
  /** Absolute. */
  readonly clip: string;
  readonly isThere: boolean;
}

/**
 * Lists the clips of a manifest. Paths are relative to its folder, or absolute; a clip that is not there is
 * skipped.
 * @throws UserError `bad_dataset` with the lines that do not fit.
 */
export async function scanManifest(path: string): Promise<Found> {
  const rows = await readRows(path, ['path', 'label']);
  refusePartialSplit(rows, path);
  const skipped: Skipped[] = [];
  const examples: Array<Found['examples'][number]> = [];
  for (const row of rows) {
    const { line, clip } = row;
    if (row.isThere) examples.push(asExample(row));
    else skipped.push({ path: clip, problem: `Line ${line} of ${path} names it, but it is not there.` });
  }
  return { examples, skipped, labels: new Set(rows.map((row) => labelOf(row.cells))) };
}

/** A line of a manifest, whether its clip is there or not. */
export interface ManifestClip {
  /** The path as written, with the part of the clip that is meant. */
  readonly id: string;
  readonly path: string;
  readonly label?: string | undefined;
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
}

/**
 * The lines of a manifest in which the labels may be missing.
 * @throws UserError `bad_dataset` with the lines that do not fit; what the file system says.
 */
export async function readManifest(path: string): Promise<ManifestClip[]> {
  const rows = await readRows(path, ['path']);
  return rows.map(({ cells, clip }) => ({
    id: idOf(cells),
    path: clip,
    label: cells.label,
    ...partOf(cells),
  }));
}

async function readRows(path: string, needed: readonly Column[]): Promise<Located[]> {
  const folder = dirname(path);
  const rows: Located[] = [];
  for (const row of await readTable(path, needed)) rows.push(await locate(row, folder));
  refuseDuplicates(rows, path);
  return rows;
}

/** The rows of a file that names clips, whether they are there or not. @throws UserError `bad_dataset`, `unreadable`. */
export async function readTable(path: string, needed: readonly Column[]): Promise<ManifestRow[]> {
  return manifestRows(await readManifestText(path), { path, needed });
}

async function readManifestText(path: string): Promise<string> {
  const bytes = await readBoundedFile(path, { maxBytes: MAX_MANIFEST_BYTES }).catch((cause: unknown) => {
    throw new UserError('unreadable', {
      problem: `The manifest ${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give a CSV file with a column path that you may read.',
      cause,
    });
  });
  try {
    return tableText(bytes);
  } catch (cause) {
    throw badManifest(path, `it ${messageOf(cause)}`);
  }
}

/** A million clips, which a string of JavaScript's still holds. */
const MAX_MANIFEST_BYTES = 256e6;

/** What was written on Windows has backslashes between folders, which elsewhere may be part of a name. */
async function locate(row: ManifestRow, folder: string): Promise<Located> {
  const written = row.cells.path.replace(/^(?:\.[\\/]+)+/, '');
  const portable = written.replaceAll('\\', '/');
  const find = async (path: string): Promise<Located> => {
    const clip = resolve(folder, path);
    return { ...row, cells: { ...row.cells, path }, clip, isThere: await exists(clip) };
  };
  if (sep === '\\' || portable === written) return find(portable);
  const asWritten = await find(written);
  return asWritten.isThere ? asWritten : find(portable);
}

function refuseDuplicates(rows: readonly ManifestRow[], path: string): void {
  const lineOf = new Map<string, number>();
  for (const { line, cells } of rows) {
    const id = idOf(cells);
    const earlier = lineOf.get(id);
    if (earlier !== undefined) {
      throw badManifest(path, `lines ${earlier} and ${line} name the same clip, ${cells.path}`);
    }
    lineOf.set(id, line);
  }
}

function refusePartialSplit(rows: readonly ManifestRow[], path: string): void {
  const without = rows.find((row) => row.cells.split === undefined);
  const some = rows.find((row) => row.cells.split !== undefined);
  if (!without || !some) return;
  throw badManifest(path, `line ${some.line} gives a split, but line ${without.line} does not`);
}

function asExample({ clip, cells }: Located): Found['examples'][number] {
  return {
    id: idOf(cells),
    path: clip,
    label: labelOf(cells),
    group: cells.group ?? cells.path,
    split: cells.split,
    ...partOf(cells),
  };
}

/** Where the label is a needed column. */
function labelOf({ label }: ManifestRow['cells']): string {
  if (label === undefined) throw new Error('A line without a label was let through');
  return label;
}

function partOf({ start, end }: ManifestRow['cells']) {
  return {
    startSeconds: start,
    endSeconds: end,
  };
}

/** The path as written, with the part of the clip that is meant. */
function idOf({ path, start, end }: ManifestRow['cells']): string {
  return start === undefined && end === undefined ? path : `${path}#${start ?? 0}-${end ?? ''}`;
}
