import { UserError } from '../errors.js';
import { openClip } from '../media/frames.js';
import { jpegInBase64 } from '../media/images/jpeg.js';
import { locatePath } from '../media/locate.js';
import { cannotWrite } from '../platform/cannot-write.js';
import { replaceFile } from '../platform/replace-file.js';
import type { BatchOptions } from '../predict/batch/batch-options.js';
import { isFailed, type ResultRow, type Row, resultRows } from '../predict/batch/row.js';
import type { BatchSummary } from '../predict/batch/summarize-rows.js';
import { type ReportedClip, reportPage } from './batch-page.js';

/** Clips that are shown, four in a row. */
const SHOWN = 24;

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
  const leastCertain: ReportedClip[] = [];
  for (const row of await findLeastCertain(report.rows)) {
    const { id, label, probability, truth, top } = row;
    leastCertain.push({ id, label, probability, truth, top, thumbnail: await thumbnailOf(row, signal) });
  }
  const page = reportPage({
    source: options.source,
    labels: options.bundle.manifest.labels,
    summary,
    leastCertain,
  });
  await replaceFile(path, page, { isSynced: true, failure: cannotWrite });
}

type Certain = Exclude<ResultRow, { error: unknown }>;

async function findLeastCertain(rows: AsyncIterable<Row>): Promise<Certain[]> {
  let least: Certain[] = [];
  for await (const row of rows) {
    for (const result of resultRows(row)) {
      if (isFailed(result)) continue;
      least.push(result);
      // Now and then, so that few are in memory at once.
      if (least.length >= 10 * SHOWN) least = leastOf(least);
    }
  }
  return leastOf(least);
}

function leastOf(rows: readonly Certain[]): Certain[] {
  return [...rows].sort((one, other) => one.probability - other.probability).slice(0, SHOWN);
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
