import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../../errors.js';
import { cannotWrite } from '../../platform/cannot-write.js';
import { IdTable } from '../../platform/id-table.js';
import { whileLocked } from '../../platform/lock-output.js';
import { replaceFile } from '../../platform/replace-file.js';
import { withScratchFolder } from '../../platform/scratch-folder.js';
import { type BatchSettings, settingsPath, writeSettings } from '../batch/batch-settings.js';
import { listSource } from '../batch/find-all.js';
import { clipIdOf, type ResultRow } from '../batch/row.js';
import { type BatchSummary, SummaryTally } from '../batch/summarize-rows.js';
import { type BatchFormat, writeRows } from '../batch/write-results.js';
import { checkTogether } from './belong-together.js';
import { findParts } from './find-parts.js';
import { mergeRows } from './merge-rows.js';
import { openPart, type Part } from './part.js';

export interface MergeOptions {
  /** Files of results (`.jsonl` with their `.run.json`, or `.parquet`), or folders of such parts. */
  readonly parts: readonly string[];
  /** File for all rows. Where results stand there, they are replaced. */
  readonly out: string;
  /** `jsonl` when absent. */
  readonly format?: BatchFormat | undefined;
  /** The folder or manifest that the parts are of: gives the order, and says which clips are missing. */
  readonly list?: string | undefined;
  /** As the batch did, where the list is a folder. */
  readonly followLinks?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MergeResult extends BatchSummary {
  readonly out: string;
  readonly parts: number;
  /** Rows that were left out, since there is another one of the same clip. */
  readonly repeated: number;
  /** Lines that were damaged, as after a power cut: their rows are not there. */
  readonly damagedLines: number;
  /** Shards of which there is no part, counted from 1. */
  readonly absentShards: readonly number[];
  /** Clips of the list without a row; null where no list was given. */
  readonly missing: { readonly clips: number; readonly examples: readonly string[] } | null;
}

/** Missing clips that are named. */
const MOST_NAMED = 20;

/**
 * Puts the parts of a batch together into one file: the rows of shards, of workers on a queue, or of both. Whatever was
 * classified twice is there once. No more than some thousand rows are in memory at once.
 *
 * @throws UserError `settings_differ` for parts that do not belong together; `usage`, `unreadable` or `bad_dataset` for
 *   one that is none; `locked`, `cannot_write`; as listSource.
 */
export async function mergeParts(options: MergeOptions): Promise<MergeResult> {
  const paths = await findParts(options.parts);
  await refuseOwnPart(options.out, paths);
  const parts: Part[] = [];
  for (const path of paths) parts.push(await openPart(path));
  const absentShards = checkTogether(parts);
  await refuseStranger(options.out);
  return whileLocked(options.out, {
    signal: options.signal,
    work: (signal) =>
      withScratchFolder(`${options.out}.scratch`, async (scratch) => {
        const merged = await mergeInto({ ...options, signal }, { parts, scratch });
        return { ...merged, out: options.out, parts: parts.length, absentShards };
      }),
  });
}

async function mergeInto(
  options: MergeOptions & { signal: AbortSignal },
  { parts, scratch }: { parts: readonly Part[]; scratch: string },
): Promise<Omit<MergeResult, 'out' | 'parts' | 'absentShards'>> {
  const { out, format = 'jsonl', list, signal } = options;
  const settings = { ...parts[0]!.settings, shard: 'none' };
  const ids = list === undefined ? null : () => idsOfList(list, { ...options, settings, scratch });
  const listed = ids && (await placesOf(ids()));
  const tally = new SummaryTally();
  const seen = new Uint8Array(listed?.size ?? 0);
  let [read, written, damagedLines] = [0, 0, 0];
  const counted = parts.map(({ rows, ...part }) => ({
    ...part,
    rows: () =>
      tap(
        rows(() => (damagedLines += 1)),
        () => (read += 1),
      ),
  }));
  const placeOf = (clip: string) => listed?.get(clip);
  const rows = tap(mergeRows(counted, { placeOf, scratch }), (row) => {
    if (signal.aborted) throw stopped(signal.reason);
    tally.add(row);
    written += 1;
    const place = placeOf(clipIdOf(row));
    if (place !== undefined) seen[place] = 1;
  });
  // First, so that no results are there that do not say how they were made.
  await writeSettings(settingsPath(out), settings);
  await replaceFile(out, (temporary) => writeRows(temporary, { rows, format, settings }), {
    isSynced: true,
    failure: (path, cause) => (cause instanceof UserError ? cause : cannotWrite(path, cause)),
  });
  const missing = ids && (await missingOf(ids(), seen));
  return { ...tally.summary(), repeated: read - written, damagedLines, missing };
}

const stopped = (cause: unknown) =>
  new UserError('aborted', {
    problem: 'Interrupted: nothing is merged.',
    fix: 'Give the same command again.',
    cause,
  });

async function* tap(
  rows: AsyncIterable<ResultRow>,
  see: (row: ResultRow) => void,
): AsyncGenerator<ResultRow, void> {
  for await (const row of rows) {
    see(row);
    yield row;
  }
}

async function placesOf(ids: AsyncIterable<string>): Promise<IdTable> {
  const places = new IdTable();
  for await (const id of ids) places.set(id, places.size);
  return places;
}

async function missingOf(ids: AsyncIterable<string>, seen: Uint8Array) {
  const clips = seen.reduce((count, isSeen) => count + (isSeen ? 0 : 1), 0);
  const examples: string[] = [];
  if (clips === 0) return { clips, examples };
  let place = 0;
  for await (const id of ids) {
    if (!seen[place++]) examples.push(id);
    if (examples.length === MOST_NAMED) break;
  }
  return { clips, examples };
}

async function* idsOfList(
  source: string,
  {
    settings,
    scratch,
    signal,
    followLinks = false,
  }: Pick<MergeOptions, 'followLinks'> & {
    settings: BatchSettings;
    scratch: string;
    signal: AbortSignal;
  },
): AsyncGenerator<string, void> {
  const { kind, encoding } = settings;
  const how = { kind, encoding, labels: [], followLinks, shard: undefined };
  for await (const { id } of listSource(source, { ...how, scratch, signal, onSkipped: () => {} })) yield id;
}

async function refuseOwnPart(out: string, paths: readonly string[]): Promise<void> {
  const own = await realpath(out).catch(() => resolve(out));
  for (const path of paths) {
    if ((await realpath(path)) !== own) continue;
    throw new UserError('usage', {
      problem: `${out} is one of the parts, or lies in their folder, and would be replaced by all of them.`,
      fix: 'Give an --out elsewhere.',
    });
  }
}

/** Only results may be replaced. */
async function refuseStranger(out: string): Promise<void> {
  const status = await stat(out).catch(() => null);
  if (!status || status.size === 0) return;
  const part = status.isFile() ? await openPart(out).catch(() => null) : null;
  if (part) return;
  throw new UserError('usage', {
    problem: `${out} stands already, and is no result of Clipstep's.`,
    fix: 'Give another --out, or move it away.',
  });
}
