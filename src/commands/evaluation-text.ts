import { join } from 'node:path';
import colors from 'picocolors';
import type { BundleEvaluation } from '../evaluate/evaluate-parts.js';
import { baselineText } from '../report/baseline-words.js';
import {
  accuracySentence,
  calibrationSentence,
  entriesText,
  furtherFigures,
  furtherText,
  leftOutSentence,
  selectionSentences,
  trainedOnSentence,
  unlikeSentences,
} from '../report/words.js';
import { classTable, confusionTable } from './metrics-tables.js';

/**
 * An evaluation for people: figures, a table of the classes, the confusion matrix, and the baselines.
 * @param folder where it was written to.
 */
export function evaluationText(result: BundleEvaluation, folder: string): string {
  const { evaluation, temperature, baselines, skipped } = result;
  const doubts = [trainedOnSentence(result), leftOutSentence(result)].filter((sentence) => sentence !== null);
  const noun = result.split === 'all' ? 'examples' : `${result.split} examples`;
  return [
    `${colors.bold('Report')} ${join(folder, 'report.html')}`,
    ...doubts,
    accuracySentence(evaluation, noun),
    furtherText(furtherFigures(evaluation)),
    `${calibrationSentence(evaluation)} Temperature ${temperature.toFixed(2)}.`,
    ...selectionSentences(result),
    ...unlikeSentences(result),
    ...(skipped.length > 0
      ? [`${entriesText(skipped)} left out; ${join(folder, 'metrics.json')} says why`]
      : []),
    classTable(evaluation),
    confusionTable(evaluation),
    baselineText(baselines),
  ].join('\n');
}
