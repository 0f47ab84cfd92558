import { exampleNoun, furtherFigures, percent } from '../evaluate/words.js';
import type { CrossvalidateResult } from './crossvalidate.js';

/** What a cross-validation says in words, a sentence each. */
export function summarySentences(result: Omit<CrossvalidateResult, 'folder' | 'ensemble'>): string[] {
  const { folds, repeats, accuracy, outOfFold, pipeline } = result;
  const [low, high] = outOfFold.groupInterval;
  return [
    `Accuracy over ${folds.length} folds: mean ${percent(accuracy.mean)}, standard deviation ${percent(accuracy.standardDeviation)}.`,
    ...(repeats.length > 1 ? [`Of each repeat: ${repeats.map(percent).join(', ')}.`] : []),
    `Of all ${outOfFold.examples / repeats.length} ${exampleNoun(pipeline)}: ${percent(outOfFold.accuracy)} (95 % interval ${percent(low)} to ${percent(high)} over their ${outOfFold.groups} groups).`,
    furtherFigures(outOfFold),
  ];
}
