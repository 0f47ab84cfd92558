import { basename, join, resolve } from 'node:path';
import { isModel } from '../bundle/model-folder.js';
import { UserError } from '../errors.js';
import type { BundleEvaluation } from '../evaluate/evaluate-parts.js';
import { makeFolder } from '../platform/make-folder.js';
import { cannotWriteResult, writeResult } from '../platform/write-result.js';
import { predictionsCsv } from '../tasks/classification/predictions.js';

/** Where the evaluation of a model goes when nobody says. */
export function evaluationFolder(model: string, split: string): string {
  return join('runs', `${basename(resolve(model))}-${split}`);
}

/**
 * Makes the folder for an evaluation, where there may be an earlier one.
 *
 * @throws UserError `usage` when a model is in it, whose own figures would be lost; `cannot_write`.
 */
export async function openEvaluationFolder(folder: string): Promise<void> {
  if (await isModel(folder)) {
    throw new UserError('usage', {
      problem: `${folder} is the folder of a model, with metrics.json and report.html of its training.`,
      fix: 'Give the evaluation a folder of its own with --out.',
    });
  }
  await makeFolder(folder).catch((cause: unknown) => {
    throw cannotWriteResult(folder, cause);
  });
}

/**
 * Writes metrics.json, predictions.csv and report.html, over those of an earlier evaluation.
 *
 * @param page The report, as HTML.
 * @throws UserError `cannot_write`.
 */
export async function writeEvaluation(
  folder: string,
  { result, page }: { result: BundleEvaluation; page: string },
): Promise<void> {
  const { predictions, labels } = result;
  const files = {
    'metrics.json': `${JSON.stringify(evaluationFigures(result), null, 2)}\n`,
    'predictions.csv': predictionsCsv(predictions, { labels, limits: () => result }),
    'report.html': page,
  };
  for (const [name, content] of Object.entries(files)) await writeResult(join(folder, name), content);
}

/** Every figure of an evaluation, for JSON. */
export function evaluationFigures({ predictions, ...figures }: BundleEvaluation): object {
  return figures;
}
