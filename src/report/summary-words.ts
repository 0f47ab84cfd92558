import { candidateText } from '../crossvalidate/candidates.js';
import type { CrossValidation } from '../crossvalidate/run-folds.js';
import type { FoldFigure } from '../crossvalidate/summarize-folds.js';
import { percent } from '../platform/percent.js';
import { selectionSentences } from './selection-words.js';
import { calibrationSentence, exampleNoun, furtherFigures, furtherText, intervalText } from './words.js';

/** What a cross-validation says in words, a sentence each. */
export function summarySentences(result: Omit<CrossValidation, 'folder'>): string[] {
  const { repeats, outOfFold, pipeline } = result;
  const { examples } = outOfFold;
  const noun = exampleNoun(pipeline);
  return [
    `Accuracy on ${examples / repeats.length} ${noun}, each tested by a network that had not seen it: ${percent(outOfFold.accuracy)} (${intervalText(outOfFold)}).`,
    ...foldSentences(result),
    furtherText(furtherFigures(outOfFold)),
    ...decisionSentences(result),
  ];
}

/** How much the folds and repeats differ. */
export function foldSentences({ folds, repeats, accuracy }: Omit<CrossValidation, 'folder'>): string[] {
  return [
    `Accuracy over ${folds.length} folds: mean ${percent(accuracy.mean)}, standard deviation ${percent(accuracy.standardDeviation)}.`,
    ...(repeats.length > 1 ? [`Of each repeat: ${repeats.map(percent).join(', ')}.`] : []),
  ];
}

/** What the folds chose by themselves, and by one another. */
export function decisionSentences(result: Omit<CrossValidation, 'folder'>): string[] {
  const { folds, selection, outOfFold, pipeline } = result;
  return [
    temperatureSentence(result),
    calibrationSentence(outOfFold),
    ...(selection ? selectionSentences(selection, { folds, noun: exampleNoun(pipeline) }) : []),
    ...choiceSentences(folds),
  ];
}

/** What calibration does, and where from. */
function temperatureSentence({
  folds,
  outOfFold,
  uncalibrated,
}: Pick<CrossValidation, 'folds' | 'outOfFold' | 'uncalibrated'>): string {
  const rising = folds.map(({ temperature }) => temperature).sort((one, other) => one - other);
  const [low, high] = [rising[0]!, rising.at(-1)!].map((value) => value.toFixed(2));
  return `Each fold's temperature is fitted on the other folds (${low} to ${high}): log loss ${outOfFold.logLoss.toFixed(3)} nats, and ${uncalibrated.logLoss.toFixed(3)} without it.`;
}

/** A column of a table of the folds, or of the sizes. */
export interface Column {
  readonly name: string;
  readonly isNumber: boolean;
  /** A text for each row. */
  readonly cells: readonly string[];
}

/** What there is to say of each fold; no columns where that is nothing but its accuracy. */
export function foldColumns(folds: readonly FoldFigure[]): Column[] {
  if (!folds.some(({ choice, selection }) => choice || selection)) return [];
  const number = (name: string, cell: Cell) => columnOf(folds, { name, cell, isNumber: true });
  const words = (name: string, cell: Cell) => columnOf(folds, { name, cell, isNumber: false });
  return [
    words('fold', ({ repeat, fold }) => `${repeat}.${fold}`),
    words('chosen', ({ choice }) => choice && candidateText(choice.chosen.settings)),
    number('inner accuracy', ({ choice }) => choice && percent(choice.chosen.accuracy)),
    number('examples', ({ examples }) => String(examples)),
    number('accuracy', ({ accuracy }) => percent(accuracy)),
    number('unknown below', ({ selection }) => selection && percent(selection.minProbability)),
    number('answered', ({ selection }) => selection && percent(selection.answered)),
    number('precision', ({ selection }) => selection && shareOrDash(selection.precision)),
  ].flat();
}

/** Undefined where it does not apply, which is so of all folds or of none. */
type Cell = (figure: FoldFigure) => string | undefined;

function columnOf(
  folds: readonly FoldFigure[],
  { name, cell, isNumber }: { name: string; cell: Cell; isNumber: boolean },
): Column[] {
  const cells = folds.flatMap((figure) => cell(figure) ?? []);
  return cells.length === 0 ? [] : [{ name, isNumber, cells }];
}

const shareOrDash = (share: number | null): string => (share === null ? '-' : percent(share));

function choiceSentences(folds: readonly FoldFigure[]): string[] {
  const choice = folds[0]?.choice;
  if (!choice) return [];
  const { candidates, innerFolds, chosen } = choice;
  const names = Object.keys(chosen.settings).join(' and ');
  return [
    `Selection was nested: each fold chose ${names} from ${candidates.length} candidates by ${innerFolds} inner folds of its training data, so no choice saw what the fold was tested on. The inner accuracy made the choice; do not quote it.`,
  ];
}
