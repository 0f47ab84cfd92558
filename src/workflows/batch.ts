import { cannotWrite } from '../platform/cannot-write.js';
import { requireReplaceable } from '../platform/replace-file.js';
import type { BatchOptions, BatchResult } from '../predict/batch/batch-options.js';
import { runBatch } from '../predict/batch/run-batch.js';
import { writeReport } from '../report/batch-report.js';
import { requireCommand } from '../tasks/commands.js';

/**
 * Classifies all clips below a folder, or of a manifest, into a file of results, see runBatch, and writes a report of
 * them where one is asked for.
 *
 * @throws UserError as runBatch; `cannot_write` for a report where something else than a file is.
 */
export async function batch(options: BatchOptions): Promise<BatchResult> {
  const { bundle, report } = options;
  requireCommand('batch', { name: bundle.folder, pipeline: bundle.manifest.pipeline });
  // Known before hours of work, and not after them.
  if (report !== undefined)
    await requireReplaceable(report).catch((cause: unknown) => Promise.reject(cannotWrite(report, cause)));
  return runBatch(options, async (results) => {
    if (report !== undefined) await writeReport(report, { ...results, options });
  });
}
