import type { Leak } from '../evaluate/leaks.js';
import { isUnlike } from '../tasks/classification/answer.js';
import { type Baselines, measureBaselines } from '../tasks/classification/baselines.js';
import { type Calibration, measureCalibration } from '../tasks/classification/calibration.js';
import { assess, type Evaluation } from '../tasks/classification/evaluation.js';
import { measure } from '../tasks/classification/metrics.js';
import { answersOf, classifiersOf, logitsOf } from '../tasks/classification/predictions.js';
import type { Selection } from '../tasks/classification/threshold.js';
import { atTemperature } from './calibrate-folds.js';
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
  /** Of every example by the network that had not seen it, all repeats in one. */
  readonly outOfFold: Evaluation;
  /** The one that fits all folds together, for a model that is made of them: theirs are in `folds`. */
  readonly temperature: number;
  /** Likewise how far what is like the training clips may be from them; absent where the networks do not know. */
  readonly maxDistance?: number | undefined;
  /** Share of all examples that is unlike what their network was trained on, by the other folds; likewise null. */
  readonly unlike: number | null;
  /** The same answers as the networks gave them, at the temperature 1. */
  readonly uncalibrated: Uncalibrated;
  /** How the out-of-fold answers fare when some are `unknown`; null when all stand. */
  readonly selection: FoldedSelection | null;
  readonly baselines: Baselines;
  /** What is the same, or nearly, in different parts of some fold. */
  readonly leaks: readonly Leak[];
  /** Clips that were left out, and why. */
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
}

export interface Uncalibrated extends Pick<Evaluation, 'logLoss'> {
  readonly calibration: Pick<Calibration, 'error' | 'range' | 'confidence'>;
}

export interface FoldFigure {
  /** Both from 1. */
  readonly repeat: number;
  readonly fold: number;
  readonly seed: number;
  readonly examples: number;
  readonly accuracy: number;
  /** What its logits are divided by, as the other folds of its repeat have it. */
  readonly temperature: number;
  /** Beyond it an answer is unknown; absent where its network does not know how far an example is. */
  readonly maxDistance?: number | undefined;
  /** Absent when its settings were fixed beforehand. */
  readonly choice?: FoldChoice | undefined;
  /** Of its test part, by a threshold that was not chosen on it; absent when all answers stand. */
  readonly selection?: Selection | undefined;
}

export function summarizeFolds(options: {
  folds: readonly Fold[];
  temperature: number;
  maxDistance: number | undefined;
  labels: readonly string[];
  seed: number;
  /** Null: all answers stand. */
  threshold: Threshold | null;
}): FoldSummary {
  const { folds, temperature, maxDistance, labels, seed, threshold } = options;
  const predictions = folds.flatMap((fold) => fold.predictions);
  const examples = predictions.map(({ example }) => example);
  const selected = threshold && selectOutOfFold(folds, { threshold, seed });
  const figures = folds.map((fold, index) => figureOf(fold, selected?.ofFolds[index]));
  return {
    accuracy: spread(figures.map(({ accuracy }) => accuracy)),
    folds: figures,
    repeats: repeatAccuracies(figures),
    outOfFold: assess({ examples, logits: logitsOf(predictions), labels, seed }),
    temperature,
    maxDistance,
    unlike: unlikeShare(folds),
    uncalibrated: uncalibratedOf(folds, { labels, seed }),
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

function unlikeShare(folds: readonly Fold[]): number | null {
  const said = folds.flatMap(({ predictions, ...limits }) =>
    predictions.flatMap(({ distance }) =>
      distance === undefined ? [] : [isUnlike(distance, { minProbability: 0, ...limits })],
    ),
  );
  return said.length === 0 ? null : said.filter(Boolean).length / said.length;
}

function uncalibratedOf(
  folds: readonly Fold[],
  { labels, seed }: { labels: readonly string[]; seed: number },
): Uncalibrated {
  const predictions = folds.flatMap((fold) => atTemperature(fold, 1).predictions);
  const answers = answersOf(predictions);
  const { logLoss } = measure({ ...answers, labels });
  const ids = predictions.map(({ example }) => example.id);
  const { bins, ...calibration } = measureCalibration({ ...answers, ids }, seed);
  return { logLoss, calibration };
}

function figureOf(
  { position: { repeat, number, seed }, predictions, choice, temperature, maxDistance }: Fold,
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
    temperature,
    maxDistance,
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
