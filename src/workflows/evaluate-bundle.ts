import type { Bundle } from '../bundle/bundle.js';
import { requireTrained } from '../bundle/find-model.js';
import type { SplitName } from '../datasets/dataset.js';
import { UserError } from '../errors.js';
import { type BundleEvaluation, type EvaluationSettings, evaluateParts } from '../evaluate/evaluate-parts.js';
import type { EvaluationEvent } from '../evaluate/evaluation-event.js';
import { openEvaluationParts } from '../evaluate/evaluation-parts.js';
import { gatherSkipped } from '../evaluate/skipped-clips.js';
import { evaluationReport } from '../report/evaluation-report.js';
import { chosenAndGiven } from '../tasks/classification/threshold.js';
import { requireTask } from '../tasks/commands.js';
import { openEvaluationFolder, writeEvaluation } from './evaluation-files.js';

export interface EvaluateOptions extends Omit<EvaluationSettings, 'onEvent'> {
  /**
   * Part of the data, as the model's own pipeline and seed split it: on the data that it was trained on, the
   * parts of its training. `all`, for other data: every example. `test` when absent.
   */
  readonly split?: SplitName | 'all' | undefined;
  /** Folder for metrics.json, predictions.csv and report.html; nothing is written when absent. */
  readonly out?: string | undefined;
  readonly onEvent?: ((event: EvaluationEvent) => void) | undefined;
}

/**
 * Scores a trained model on labelled data, and writes what came of it.
 *
 * @throws UserError `usage` for a part that is empty or a threshold both chosen and given, `bad_dataset` for data
 *   that does not fit or has classes that the model does not know, `engine_unavailable`, `cannot_write`, `aborted`.
 */
export async function evaluateBundle(
  bundle: Bundle,
  options: EvaluateOptions = {},
): Promise<BundleEvaluation> {
  const { targetPrecision, minProbability, out, signal } = options;
  requireTrained(bundle, 'evaluate');
  const { pipeline } = bundle.manifest;
  requireTask('classification', { name: bundle.folder, pipeline, to: 'evaluate' });
  if (targetPrecision !== undefined && minProbability !== undefined) throw chosenAndGiven();
  if (options.withoutLeaks && options.split === 'all') throw nothingToCompare();
  const { skipped, onEvent } = gatherSkipped(options.onEvent);
  const parts = await openEvaluationParts(bundle, { ...options, onEvent });
  if (out !== undefined) await openEvaluationFolder(out);
  const result = { ...(await evaluateParts(bundle, parts, { ...options, onEvent })), skipped };
  if (out === undefined) return result;
  const page = await evaluationReport(result, { bundle, examples: parts.chosen, signal });
  await writeEvaluation(out, { result, page });
  return result;
}

function nothingToCompare(): UserError {
  return new UserError('usage', {
    problem:
      '--without-leaks leaves out what is also in another part, but with --split all there are no parts.',
    fix: "Leave out --without-leaks, or give a part of the model's own split.",
  });
}
