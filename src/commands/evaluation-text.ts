import { join } from 'node:path';
import colors from 'picocolors';
import type { BundleEvaluation } from '../evaluate/evaluate-parts.js';
import type { Pipeline } from '../pipeline/schema.js';
import { baselineText } from '../report/baseline-words.js';
import {
  accuracySentence,
  calibrationSentence,
  entriesText,
  exampleNoun,
  furtherFigures,
  furtherText,
  leftOutSentence,
  partNoun,
  selectionSentences,
  trainedOnSentence,
  unlikeSentences,
} from '../report/words.js';
import { classTable, confusionTable } from './metrics-tables.js';

/**
 * An evaluation for people: figures, a table of the classes, the confusion matrix, and the baselines.
 * @param options.folder where it was written to.
 */
export function evaluationText(
  result: BundleEvaluation,
  { folder, pipeline }: { folder: string; pipeline: Pipeline },
): string {
  const { evaluation, temperature, baselines, skipped } = result;
  const doubts = [trainedOnSentence(result, exampleNoun(pipeline)), leftOutSentence(result)].filter(
    (sentence) => sentence !== null,
  );
  return [
    `${colors.bold('Report')} ${join(folder, 'report.html')}`,
    ...doubts,
    accuracySentence(evaluation, partNoun(result.split, pipeline)),
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
