import { dirname, resolve, sep } from 'node:path';
import { exists } from '../platform/exists.js';
import { IdTable } from '../platform/id-table.js';
import { isWebAddress, publicAddress } from '../platform/remote/web-address.js';
import type { Skipped } from './dataset.js';
import type { Found } from './found.js';
import {
  badManifest,
  clipName,
  type ManifestRow,
  type ManifestSource,
  manifestRows,
  portablePath,
} from './manifest-rows.js';

/** A row with the clip that it names. */
interface Located extends ManifestRow {
  readonly id: string;
  /** Absolute, or an address without what is secret in it. */
  readonly clip: string;
}

/**
 * Lists the clips of a manifest. Paths are relative to its folder, or absolute; a clip that is not there is
 * skipped.
 * @throws UserError `bad_dataset` with the lines that do not fit; `unreadable`.
 */
export async function scanManifest(path: string): Promise<Found> {
  const rows: Located[] = [];
  for await (const row of readRows({ path, needed: ['path', 'label'] })) rows.push(row);
  refusePartialSplit(rows, path);
  const skipped: Skipped[] = [];
  const examples: Array<Found['examples'][number]> = [];
  for (const row of rows) {
    const { line, clip, cells } = row;
    if (isWebAddress(cells.path)) {
      const problem = `Line ${line} of ${path} gives an address; only batch and classify fetch clips. Download it first.`;
      skipped.push({ path: clip, problem });
    } else if (await exists(clip)) examples.push(asExample(row));
    else skipped.push({ path: clip, problem: `Line ${line} of ${path} names it, but it is not there.` });
  }
  return { examples, skipped, labels: new Set(rows.map((row) => labelOf(row.cells))) };
}

/** A line of a manifest, whether its clip is there or not. */
export interface ManifestClip {
  /** As clipName has it. */
  readonly id: string;
  readonly path: string;
  /** The whole of an address, by which it is fetched. */
  readonly address?: string | undefined;
  readonly label?: string | undefined;
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
}

/**
 * The lines of a manifest in which the labels may be missing, as they are read.
 * @throws UserError `bad_dataset` with the lines that do not fit, when all are read; `unreadable`.
 */
export async function* readManifest(
  source: Omit<ManifestSource, 'needed'>,
): AsyncGenerator<ManifestClip, void> {
  for await (const { id, cells, clip } of readRows({ ...source, needed: ['path'] })) {
    const address = isWebAddress(cells.path) ? cells.path : undefined;
    yield { id, path: clip, address, label: cells.label, ...partOf(cells) };
  }
}

async function* readRows(source: ManifestSource): AsyncGenerator<Located, void> {
  const folder = dirname(source.path);
  const lineOf = new IdTable();
  for await (const row of manifestRows(source)) {
    const located = await locate(row, folder);
    const earlier = lineOf.set(located.id, row.line);
    if (earlier !== undefined) throw twice(source.path, { earlier, row: located });
    yield located;
  }
}

function twice(path: string, { earlier, row }: { earlier: number; row: Located }) {
  const same = `lines ${earlier} and ${row.line} name the same clip, ${row.id}`;
  const isAddress = isWebAddress(row.cells.path) && row.cells.id === undefined;
  return badManifest(
    path,
    isAddress
      ? `${same}: addresses are told apart without what follows their question mark, or by a column id`
      : same,
  );
}

/** What was written on Windows has backslashes between folders, which elsewhere may be part of a name. */
async function locate(row: ManifestRow, folder: string): Promise<Located> {
  const { path: written } = row.cells;
  const named = (path: string, clip: string) => {
    const cells = { ...row.cells, path };
    return { ...row, cells, clip, id: clipName(cells) };
  };
  if (isWebAddress(written)) return named(written, publicAddress(written));
  const portable = portablePath(written);
  const asWritten = written.replace(/^(?:\.[\\/]+)+/, '');
  if (sep === '/' && portable !== asWritten && (await exists(resolve(folder, asWritten)))) {
    return named(asWritten, resolve(folder, asWritten));
  }
  return named(portable, resolve(folder, portable));
}

function refusePartialSplit(rows: readonly ManifestRow[], path: string): void {
  const without = rows.find((row) => row.cells.split === undefined);
  const some = rows.find((row) => row.cells.split !== undefined);
  if (!without || !some) return;
  throw badManifest(path, `line ${some.line} gives a split, but line ${without.line} does not`);
}

function asExample({ id, clip, cells }: Located): Found['examples'][number] {
  return {
    id,
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
