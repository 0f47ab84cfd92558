import type { Example } from '../../data/scan.js';
import type { CrossvalidateResult } from '../crossvalidate/crossvalidate.js';
import type { Fold } from '../crossvalidate/fold.js';
import { summarySentences } from '../crossvalidate/summary-words.js';
import { readStrips } from './read-strips.js';
import { reportHtml, versionsText } from './report.js';

/**
 * The page of a cross-validation, with the figures of its metrics.json.
 * @throws UserError as readStrips.
 */
export async function crossvalidationReport(
  result: CrossvalidateResult,
  options: { folds: readonly Fold[]; examples: readonly Example[]; signal?: AbortSignal },
): Promise<string> {
  const { pipeline, labels, outOfFold, ladder, leaks, skipped } = result;
  const { folds, examples, signal } = options;
  const predictions = folds.flatMap((fold) => fold.predictions);
  const { engine, versions } = folds[0]!.bundle.manifest;
  return reportHtml({
    ...{ title: `${pipeline.name}, cross-validated`, pipeline, labels, ladder, leaks, skipped },
    sentences: summarySentences(result),
    evaluation: outOfFold,
    folds: result.folds,
    highlights: await readStrips({ predictions, examples, pipeline, ...(signal && { signal }) }),
    facts: [
      ['folds', String(result.folds.length / result.repeats.length)],
      ['repeats', String(result.repeats.length)],
      ['engine', engine],
      ['seed', `${pipeline.seed}, each further repeat the next`],
      ['versions', versionsText(versions)],
    ],
  });
}
