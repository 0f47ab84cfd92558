import { setMaxListeners } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { lockOutput } from '../../platform/lock-output.js';
import { withScratchFolder } from '../../platform/scratch-folder.js';
import { type BatchOptions, type BatchResult, withDefaults } from './batch-options.js';
import { type BatchSettings, keepSettings, settingsPath } from './batch-settings.js';
import { classifyClips, type Run } from './classify-clips.js';
import { type FoundClips, findAll, idsOf } from './find-all.js';
import { type Journal, openJournal } from './journal.js';
import { outputOf } from './part-name.js';
import { checkOptions, settingsOf, withHelpers } from './prepare-run.js';
import type { Row } from './row.js';
import { type BatchSummary, summarize } from './summarize-rows.js';
import { writeResults, writeSegments } from './write-results.js';

/** The results of a batch, all of them there. */
export interface SummarizedBatch {
  readonly rows: AsyncIterable<Row>;
  readonly summary: BatchSummary;
  readonly signal: AbortSignal;
}

type OnSummary = (results: SummarizedBatch) => Promise<void>;

/**
 * Classifies all clips below a folder, or of a manifest, into a file of results: a row each (row.ts), in
 * natural order when it has finished. Rows are added as clips are done, so that a run that was ended at any
 * moment goes on where it stood when it is started again; clips with unchanged bytes are not classified twice.
 * A clip that cannot be read costs its own row, which says why.
 *
 * @param onSummary called when all clips are done, before the results take their place.
 * @throws UserError `aborted`, `locked`, `settings_differ`, `cannot_write`, `not_found`, `usage`,
 *   `bad_dataset`, `missing_tool` or `engine_unavailable`: the run itself could not begin or go on.
 */
export async function runBatch(options: BatchOptions, onSummary: OnSummary): Promise<BatchResult> {
  checkOptions(options);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  // Every clip under way listens; Node.js would take more than ten for a leak.
  setMaxListeners(0, signal);
  return withHelpers(options, async (helpers) => {
    const settings = await settingsOf(options, await helpers.model.loaded);
    const out = await outputOf(options, settings);
    const unlock = await lockOutput(out, (reason) => stop.abort(reason));
    try {
      const run = { options: { ...options, out }, stop, signal, ...helpers };
      return await withScratchFolder(`${out}.scratch`, (scratch) =>
        classifyAll(run, { settings, scratch, onSummary }),
      );
    } finally {
      await unlock();
    }
  });
}

/** What a run needs beside what each of its clips does. */
interface Whole {
  readonly settings: BatchSettings;
  /** A folder for files of its own. */
  readonly scratch: string;
  readonly onSummary: OnSummary;
}

async function classifyAll(run: Run, whole: Whole): Promise<BatchResult> {
  const { options, signal } = run;
  const { settings, scratch } = whole;
  const found = await findAll(options, { scratch, signal });
  try {
    const path = settingsPath(options.out);
    const files = [options.out, journalPath(options)];
    await keepSettings(path, { settings, files });
    try {
      return await classifyInto(run, { ...whole, found });
    } finally {
      await forgetUnused(path, files);
    }
  } finally {
    await found.clips.release();
  }
}

/** Settings of results of which there is not one line. */
async function forgetUnused(path: string, files: readonly string[]): Promise<void> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  if (sizes.every((size) => size === 0)) await rm(path, { force: true });
}

async function classifyInto(run: Run, whole: Whole & { found: FoundClips }): Promise<BatchResult> {
  const { options } = run;
  const { clips, skipped } = whole.found;
  const journal = await openJournal(journalPath(options));
  try {
    options.onEvent?.({
      kind: 'found',
      clips: clips.size,
      finished: await countFinished(clips, journal),
      skipped,
      damagedLines: journal.damagedLines,
    });
    const { kept, isComplete } = await classifyClips(run, { clips, journal, scratch: whole.scratch });
    const summary = await arrange(run, { ...whole, journal });
    return { ...summary, out: options.out, skipped, kept, isComplete };
  } finally {
    await journal.close();
  }
}

async function countFinished(clips: FoundClips['clips'], journal: Journal): Promise<number> {
  let count = 0;
  if (journal.clips === 0) return count;
  for await (const { id } of clips) if (journal.isFinished(id)) count += 1;
  return count;
}

function journalPath(options: BatchOptions): string {
  const { out, format } = withDefaults(options);
  return format === 'jsonl' && !options.windowing ? out : `${out}.clips.jsonl`;
}

/** Counts the results, and puts them into natural order, after them those of clips that are gone. */
async function arrange(
  { options, signal }: Run,
  { journal, found, settings, onSummary }: Whole & { found: FoundClips; journal: Journal },
): Promise<BatchSummary> {
  const rows = () => journal.rows(idsOf(found.clips));
  const { out, format, windowing } = withDefaults(options);
  const summary = await summarize(rows(), options.bundle.manifest.labels);
  await onSummary({ rows: rows(), summary, signal });
  if (windowing) await writeSegments(`${out}.segments.jsonl`, rows());
  if (journalPath(options) !== out || !(await journal.isArranged(idsOf(found.clips)))) {
    await writeResults(out, { rows: rows(), format, settings, ready: () => journal.close() });
  }
  return summary;
}
