import { join } from 'node:path';
import { naturalOrder } from '../../platform/natural-order.js';
import { sorted } from '../../platform/sorted.js';
import { clipIdOf, isFailed, type ResultRow } from '../batch/row.js';

/** Rows in memory at once while they are sorted: some 10 MB. */
const ROWS_HELD = 10_000;

/** Rows to be merged. */
export interface RowSource {
  rows(): AsyncIterable<ResultRow>;
}

interface Placed {
  readonly row: ResultRow;
  readonly clip: string;
  /** In the list; null where there is none, or the clip is not in it. */
  readonly place: number | null;
}

/**
 * The rows of all parts: clips in the order of the list, then any others in natural order; of each, one row for each
 * content that it had. Where a clip was classified at last, that it failed before is left out.
 *
 * @param options.placeOf where the list has a clip; undefined where it has not.
 * @param options.scratch a folder that is there, for files of its own.
 */
export async function* mergeRows(
  parts: readonly RowSource[],
  { placeOf, scratch }: { placeOf: (clip: string) => number | undefined; scratch: string },
): AsyncGenerator<ResultRow, void> {
  const placed = sorted(rowsOf(parts, placeOf), {
    order,
    scratch: join(scratch, 'rows'),
    held: ROWS_HELD,
  });
  let clip: Placed[] = [];
  for await (const next of placed) {
    if (clip[0] && clip[0].clip !== next.clip) {
      yield* once(clip);
      clip = [];
    }
    clip.push(next);
  }
  yield* once(clip);
}

async function* rowsOf(
  parts: readonly RowSource[],
  placeOf: (clip: string) => number | undefined,
): AsyncGenerator<Placed, void> {
  for (const part of parts) {
    for await (const row of part.rows()) {
      const clip = clipIdOf(row);
      yield { row, clip, place: placeOf(clip) ?? null };
    }
  }
}

/** Infinity, of which JSON makes null, is where a clip without a place stands. */
function order(one: Placed, other: Placed): number {
  const [first, second] = [one.place ?? Number.POSITIVE_INFINITY, other.place ?? Number.POSITIVE_INFINITY];
  if (first !== second) return first - second;
  if (one.clip !== other.clip) return pathOrder(one.clip, other.clip);
  return startOf(one.row) - startOf(other.row);
}

/** As a folder is walked: name by name. */
function pathOrder(one: string, other: string): number {
  const [names, others] = [one.split('/'), other.split('/')];
  for (const [index, name] of names.entries()) {
    const match = others[index];
    if (match === undefined) return 1;
    const difference = naturalOrder(name, match);
    if (difference !== 0) return difference;
  }
  return names.length - others.length;
}

const startOf = (row: ResultRow): number => (isFailed(row) ? 0 : (row.startSeconds ?? 0));

/** One of the rows of a clip for each of its windows and contents: the latest. */
function once(placed: readonly Placed[]): ResultRow[] {
  const rows = placed.map(({ row }) => row);
  const classified = rows.filter((row) => !isFailed(row));
  const latest = new Map<string, ResultRow>();
  for (const row of classified.length > 0 ? classified : rows) {
    latest.set(JSON.stringify([row.id, row.sha256]), row);
  }
  return [...latest.values()];
}
