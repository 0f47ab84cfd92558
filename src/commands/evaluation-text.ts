import type { BundleEvaluation } from '../run/evaluate-bundle.js';
import { ladderText } from '../run/ladder/ladder-words.js';
import { accuracySentence, percent } from '../run/words.js';
import { classTable, confusionTable } from './metrics-tables.js';

/** An evaluation for people: figures, a table of the classes, what was taken for what, and the ladder. */
export function evaluationText(result: BundleEvaluation): string {
  const { evaluation, temperature, ladder, skipped } = result;
  const { balancedAccuracy, logLoss, calibration, top } = evaluation;
  const noun = result.split === 'all' ? 'examples' : `${result.split} examples`;
  return [
    accuracySentence(evaluation, noun),
    ...(top ? [`Among the ${top.count} most probable classes: ${percent(top.accuracy)}.`] : []),
    `Balanced accuracy: ${percent(balancedAccuracy)}. Log loss: ${logLoss.toFixed(3)} nats. ` +
      `Calibration error: ${percent(calibration.error)} (temperature ${temperature.toFixed(2)}).`,
    ...selectionLine(result),
    ...(skipped.length > 0 ? [`${skipped.length} entries left out.`] : []),
    classTable(evaluation),
    confusionTable(evaluation),
    ladderText(ladder),
  ].join('\n');
}

function selectionLine({ selection }: BundleEvaluation): string[] {
  if (!selection) return [];
  const { minProbability, answered, precision } = selection;
  const right = precision === null ? '' : `, of which ${percent(precision)} are right`;
  return [`With at least ${percent(minProbability)} asked for, ${percent(answered)} get an answer${right}.`];
}
