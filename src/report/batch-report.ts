import { UserError } from '../errors.js';
import { openClip } from '../media/frames.js';
import { jpegInBase64 } from '../media/images/jpeg.js';
import { locatePath } from '../media/locate.js';
import { cannotWrite } from '../platform/cannot-write.js';
import { replaceFile } from '../platform/replace-file.js';
import { batchNoun } from '../predict/batch/batch-noun.js';
import type { BatchOptions } from '../predict/batch/batch-options.js';
import { isFailed, type ResultRow, type Row, resultRows } from '../predict/batch/row.js';
import type { BatchSummary } from '../predict/batch/summarize-rows.js';
import { type ReportedClip, reportPage } from './batch-page.js';

/** Clips of each kind that are shown. */
const SHOWN = 12;

/** Side of a thumbnail in pixels: 24 of them make some 200 kB. */
const THUMBNAIL_SIZE = 160;

/** A thumbnail is a courtesy: a clip that takes longer goes without. */
const THUMBNAIL_TIMEOUT_SECONDS = 20;

/**
 * Writes a page that shows what a batch has found: one file that refers to nothing outside of itself.
 * @throws UserError `cannot_write`, `aborted`.
 */
export async function writeReport(
  path: string,
  report: { rows: AsyncIterable<Row>; summary: BatchSummary; options: BatchOptions; signal: AbortSignal },
): Promise<void> {
  const { summary, options, signal } = report;
  const { confidentErrors, leastCertain } = await chooseClips(report.rows);
  const page = reportPage({
    source: options.source,
    noun: batchNoun(options.bundle.manifest.pipeline),
    labels: options.bundle.manifest.labels,
    summary,
    confidentErrors: await withThumbnails(confidentErrors, signal),
    leastCertain: await withThumbnails(leastCertain, signal),
  });
  await replaceFile(path, page, { isSynced: true, failure: cannotWrite });
}

type Certain = Exclude<ResultRow, { error: unknown }>;

async function chooseClips(rows: AsyncIterable<Row>) {
  const confidentErrors = keepFirst((one, other) => other.probability - one.probability);
  const leastCertain = keepFirst((one, other) => one.probability - other.probability);
  for await (const row of rows) {
    for (const result of resultRows(row)) {
      if (isFailed(result)) continue;
      leastCertain.add(result);
      if (isError(result)) confidentErrors.add(result);
    }
  }
  return { confidentErrors: confidentErrors.kept(), leastCertain: leastCertain.kept() };
}

/** Whether the answer is another class than the given one, where the model knows that. */
const isError = ({ label, truth, truthProbability }: Certain): boolean =>
  label !== null && truthProbability !== undefined && label !== truth;

/** Keeps the first of many rows in an order, few of them in memory at once. */
function keepFirst(order: (one: Certain, other: Certain) => number) {
  let rows: Certain[] = [];
  const kept = () => rows.sort(order).slice(0, SHOWN);
  return {
    add: (row: Certain) => {
      rows.push(row);
      if (rows.length >= 10 * SHOWN) rows = kept();
    },
    kept,
  };
}

async function withThumbnails(rows: readonly Certain[], signal: AbortSignal): Promise<ReportedClip[]> {
  const clips: ReportedClip[] = [];
  for (const row of rows) {
    const { id, label, probability, truth, top, text } = row;
    const thumbnail = text === undefined ? await thumbnailOf(row, signal) : null;
    clips.push({ id, label, probability, truth, top, thumbnail, text });
  }
  return clips;
}

/** The picture in the middle of a clip or window, as a JPEG in base64; null when it cannot be had any more. */
async function thumbnailOf(row: Certain, signal: AbortSignal): Promise<string | null> {
  const { path, startSeconds, endSeconds } = row;
  try {
    const clip = await openClip(await locatePath(path), {
      sampling: { kind: 'uniform', frames: 1 },
      preprocessing: { size: THUMBNAIL_SIZE, fit: 'resize', kernel: 'linear' },
      timeoutSeconds: THUMBNAIL_TIMEOUT_SECONDS,
      signal,
      startSeconds,
      endSeconds,
    });
    for await (const { pixels } of clip.frames) return await jpegInBase64(pixels, { side: THUMBNAIL_SIZE });
    return null;
  } catch (error) {
    if (error instanceof UserError && error.code !== 'aborted') return null;
    throw error;
  }
}
