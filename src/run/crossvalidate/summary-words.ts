import { exampleNoun, furtherFigures, percent } from '../evaluate/words.js';
import { candidateText } from './candidates.js';
import type { CrossvalidateResult } from './crossvalidate.js';
import type { FoldFigure } from './summary.js';

/** What a cross-validation says in words, a sentence each. */
export function summarySentences(result: Omit<CrossvalidateResult, 'folder' | 'ensemble'>): string[] {
  const { folds, repeats, accuracy, outOfFold, pipeline } = result;
  const [low, high] = outOfFold.groupInterval;
  return [
    `Accuracy over ${folds.length} folds: mean ${percent(accuracy.mean)}, standard deviation ${percent(accuracy.standardDeviation)}.`,
    ...(repeats.length > 1 ? [`Of each repeat: ${repeats.map(percent).join(', ')}.`] : []),
    `Of all ${outOfFold.examples / repeats.length} ${exampleNoun(pipeline)}: ${percent(outOfFold.accuracy)} (95 % interval ${percent(low)} to ${percent(high)} over their ${outOfFold.groups} groups).`,
    furtherFigures(outOfFold),
    ...choiceSentences(folds),
  ];
}

/** What was chosen for a fold, and how right it was, as texts. */
export interface ChoiceRow {
  /** Its repeat and its number in it. */
  readonly fold: string;
  readonly chosen: string;
  readonly innerAccuracy: string;
  readonly accuracy: string;
}

/** A row for each fold that chose. */
export function choiceRows(folds: readonly FoldFigure[]): ChoiceRow[] {
  return folds.flatMap(({ repeat, fold, accuracy, choice }) => {
    if (!choice) return [];
    const { settings, accuracy: inner } = choice.chosen;
    const chosen = candidateText(settings);
    return [
      { fold: `${repeat}.${fold}`, chosen, innerAccuracy: percent(inner), accuracy: percent(accuracy) },
    ];
  });
}

function choiceSentences(folds: readonly FoldFigure[]): string[] {
  const choice = folds[0]?.choice;
  if (!choice) return [];
  const { candidates, innerFolds, chosen } = choice;
  const names = Object.keys(chosen.settings).join(' and ');
  return [
    `Selection was nested: each fold chose ${names} among ${candidates.length} candidates by ${innerFolds} inner folds of what it may train on, so that no choice saw what the fold was tested on. The inner accuracy made the choice, and is not one to quote.`,
  ];
}
