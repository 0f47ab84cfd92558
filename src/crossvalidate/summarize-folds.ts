import type { Leak } from '../evaluate/leaks.js';
import { type Baselines, measureBaselines } from '../tasks/classification/baselines.js';
import { assess, type Evaluation } from '../tasks/classification/evaluation.js';
import { classifiersOf, logitsOf } from '../tasks/classification/predictions.js';
import type { Selection } from '../tasks/classification/threshold.js';
import type { FoldChoice } from './choose.js';
import type { Fold } from './fold.js';
import { type FoldedSelection, selectOutOfFold, type Threshold } from './select-answers.js';

/** What all folds of all repeats say together. */
export interface FoldSummary {
  /** Over folds and repeats, each fold counting the same. */
  readonly accuracy: { readonly mean: number; readonly standardDeviation: number };
  readonly folds: readonly FoldFigure[];
  /** Share of all examples that is right, in each repeat. */
  readonly repeats: readonly number[];
  /**
   * Of every example by the network that had not seen it, all repeats in one. There is no interval over
   * examples here, since those of several repeats are the same ones: `groupInterval` is the one to quote.
   */
  readonly outOfFold: Omit<Evaluation, 'interval'>;
  /** How the out-of-fold answers fare when some are `unknown`; null when all stand. */
  readonly selection: FoldedSelection | null;
  readonly baselines: Baselines;
  /** What is the same, or nearly, in different parts of some fold. */
  readonly leaks: readonly Leak[];
  /** Clips that were left out, and why. */
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
}

export interface FoldFigure {
  /** Both from 1. */
  readonly repeat: number;
  readonly fold: number;
  readonly seed: number;
  readonly examples: number;
  readonly accuracy: number;
  /** Absent when its settings were fixed beforehand. */
  readonly choice?: FoldChoice | undefined;
  /** Of its test part, by a threshold that was not chosen on it; absent when all answers stand. */
  readonly selection?: Selection | undefined;
}

export function summarizeFolds(options: {
  folds: readonly Fold[];
  labels: readonly string[];
  seed: number;
  /** Null: all answers stand. */
  threshold: Threshold | null;
}): FoldSummary {
  const { folds, labels, seed, threshold } = options;
  const predictions = folds.flatMap((fold) => fold.predictions);
  const examples = predictions.map(({ example }) => example);
  const selected = threshold && selectOutOfFold(folds, { threshold, seed });
  const figures = folds.map((fold, index) => figureOf(fold, selected?.ofFolds[index]));
  const { interval, ...outOfFold } = assess({ examples, logits: logitsOf(predictions), labels, seed });
  return {
    accuracy: spread(figures.map(({ accuracy }) => accuracy)),
    folds: figures,
    repeats: repeatAccuracies(figures),
    outOfFold,
    selection: selected?.selection ?? null,
    baselines: measureBaselines({ examples, predictions: classifiersOf(predictions), seed }),
    leaks: distinct(
      folds.flatMap(({ leaks }) => leaks),
      ({ ids }) => [...ids].sort().join('\n'),
    ),
    skipped: distinct(
      folds.flatMap(({ skipped }) => skipped),
      ({ path }) => path,
    ),
  };
}

function figureOf(
  { position: { repeat, number, seed }, predictions, choice }: Fold,
  selection: Selection | undefined,
): FoldFigure {
  const right = predictions.filter(
    ({ example, classifiers }) => classifiers.network === example.label,
  ).length;
  const examples = predictions.length;
  return {
    repeat,
    fold: number,
    seed,
    examples,
    accuracy: right / examples,
    choice: choice ?? undefined,
    selection,
  };
}

function repeatAccuracies(figures: readonly FoldFigure[]): number[] {
  const repeats = new Set(figures.map(({ repeat }) => repeat));
  return [...repeats].map((repeat) => {
    const own = figures.filter((figure) => figure.repeat === repeat);
    const examples = own.reduce((sum, figure) => sum + figure.examples, 0);
    return own.reduce((sum, figure) => sum + figure.accuracy * figure.examples, 0) / examples;
  });
}

/** Mean and sample standard deviation. */
function spread(values: readonly number[]): { mean: number; standardDeviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Folds say the same of the same clips; the first one's word stays. */
function distinct<T>(entries: readonly T[], nameOf: (entry: T) => string): T[] {
  const byName = new Map<string, T>();
  for (const entry of entries) if (!byName.has(nameOf(entry))) byName.set(nameOf(entry), entry);
  return [...byName.values()];
}
