import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import * as z from 'zod';
import type { Example } from '../../datasets/dataset.js';
import { listIssues, messageOf, UserError } from '../../errors.js';
import { type Answer, answerOf, type Limits, rankClasses } from './answer.js';
import { BASELINES, type BaselineName, type BaselinePredictions } from './baselines.js';
import type { Answers } from './calibration.js';
import { softmax } from './metrics.js';

/** What was said of one example that nothing was chosen by. */
export interface Prediction {
  readonly example: Pick<Example, 'id' | 'group' | 'label'>;
  /** Of each class, in [0, 1]. */
  readonly probabilities: readonly number[];
  /** From what the network was trained on, where it knows; see known-examples.ts. */
  readonly distance?: number | undefined;
  /** Class index that each baseline says, the network's own included. */
  readonly classifiers: Readonly<Partial<Record<BaselineName, number>>>;
  /** What the network attended to, a weight a timestep that sum to 1; where its readout attends. */
  readonly attention?: readonly number[] | undefined;
}

/**
 * @param options.logits of the network, float32 [examples, classes].
 * @param options.distances of each example, where the network knows.
 * @param options.attention of the network for each example, where it attends.
 */
export function predictionsOf(options: {
  examples: readonly Example[];
  logits: Float32Array;
  classifiers: BaselinePredictions;
  distances?: Float32Array | undefined;
  attention: ReadonlyArray<readonly number[]> | undefined;
}): Prediction[] {
  const { examples, logits, classifiers, distances, attention } = options;
  const classes = logits.length / examples.length;
  return examples.map((example, index) => ({
    example,
    probabilities: softmax(logits.subarray(index * classes, (index + 1) * classes)),
    distance: distances?.[index],
    classifiers: Object.fromEntries([...classifiers].map(([name, predicted]) => [name, predicted[index]!])),
    attention: attention?.[index],
  }));
}

/** The classifiers' predictions, each in the order of the list. */
export function classifiersOf(predictions: readonly Prediction[]): BaselinePredictions {
  const names = BASELINES.filter((name) =>
    predictions.every(({ classifiers }) => classifiers[name] !== undefined),
  );
  return new Map(names.map((name) => [name, predictions.map(({ classifiers }) => classifiers[name]!)]));
}

/** Log probabilities, which are logits: float32 [examples, classes]. */
export function logitsOf(predictions: readonly Prediction[]): Float32Array {
  return Float32Array.from(
    predictions.flatMap(({ probabilities }) =>
      // What is too small to differ from 0 is as small as a number can be.
      probabilities.map((probability) => Math.log(Math.max(probability, Number.MIN_VALUE))),
    ),
  );
}

/** What was said, and the truth. */
export const answersOf = (predictions: readonly Prediction[]): Answers => ({
  logits: logitsOf(predictions),
  truth: predictions.map(({ example }) => example.label),
});

/**
 * CSV with a line for each example: id, group, label, predicted (the most probable class), why the answer is unknown
 * and by which score, where it is, the distance from what the network was trained on, where it knows, the label that each
 * other baseline says, the probability of each class, and where the network attends, the weights of the timesteps, with a
 * space between them. A cell that a spreadsheet would take for a formula begins with a quote.
 *
 * @param options.limits of each prediction, beyond which its answer is unknown.
 * @param options.extra more columns of each line, after the id.
 */
export function predictionsCsv(
  predictions: readonly Prediction[],
  { labels, limits, extra = () => ({}) }: CsvOptions,
): string {
  const records = predictions.map(({ example, probabilities, distance, classifiers, attention }, index) => ({
    id: example.id,
    ...extra(index),
    group: example.group,
    label: labels[example.label]!,
    predicted: labels[classifiers.network!]!,
    ...unknownColumns(answerOf({ best: rankClasses(probabilities, labels)[0]!, distance }, limits(index))),
    ...(distance === undefined ? {} : { distance }),
    ...Object.fromEntries(
      simplerClassifiers(classifiers).map((name) => [baselineColumn(name), labels[classifiers[name]!]!]),
    ),
    ...Object.fromEntries(probabilities.map((value, index) => [classColumn(labels[index]!), value])),
    ...(attention && { attention: attention.join(' ') }),
  }));
  return stringify(records, { header: true, escape_formulas: true });
}

interface CsvOptions {
  readonly labels: readonly string[];
  readonly limits: (index: number) => Limits;
  readonly extra?: (index: number) => Readonly<Record<string, string | number>>;
}

/** Empty cells where the answer is a class. */
const unknownColumns = (answer: Answer) =>
  answer.kind === 'unknown'
    ? { unknown_reason: answer.reason, unknown_score: answer.score }
    : { unknown_reason: null, unknown_score: null };

/** Reads what predictionsCsv wrote. @throws UserError `unreadable` naming the file. */
export function parsePredictions(text: string, labels: readonly string[], path: string): Prediction[] {
  const label = z.enum(labels).transform((name) => labels.indexOf(name));
  const schema = z.array(
    z.object({
      id: z.string(),
      group: z.string(),
      label,
      predicted: label,
      distance: z.coerce.number().min(0).optional(),
      attention: weights.optional(),
      ...Object.fromEntries(BASELINES.map((name) => [baselineColumn(name), label.optional()])),
      ...Object.fromEntries(labels.map((name) => [classColumn(name), z.coerce.number().min(0).max(1)])),
    }),
  );
  const parsed = schema.safeParse(parseCsv(text, path));
  if (!parsed.success) throw damaged(path, `has lines that do not fit:\n${listIssues(parsed.error)}`);
  return parsed.data.map((line) => {
    const values: Readonly<Record<string, unknown>> = line;
    const classifiers = simplerClassifiers(values, baselineColumn).map((name) => [
      name,
      values[baselineColumn(name)],
    ]);
    return {
      example: { id: line.id, group: line.group, label: line.label },
      distance: line.distance,
      probabilities: labels.map((name) => Number(values[classColumn(name)])),
      classifiers: { ...Object.fromEntries(classifiers), network: line.predicted },
      attention: line.attention,
    };
  });
}

/** An answer by which two runs are compared. */
export interface NumberedAnswer extends Pick<Prediction, 'example' | 'probabilities'> {
  /** Of a cross-validation, which answers about each example once in each; 1 elsewhere. */
  readonly repeat: number;
}

/** Reads what predictionsCsv wrote, whatever its classes. @throws UserError as parsePredictions. */
export function parseAnswers(text: string, path: string): { labels: string[]; answers: NumberedAnswer[] } {
  const records = z.array(z.record(z.string(), z.string())).parse(parseCsv(text, path));
  const columns = Object.keys(records[0] ?? {}).filter((name) => name.startsWith(CLASS_PREFIX));
  const labels = columns.map((name) => name.slice(CLASS_PREFIX.length));
  if (labels.length === 0) throw damaged(path, 'has no probabilities of classes');
  const answers = parsePredictions(text, labels, path).map((prediction, index) => ({
    ...prediction,
    repeat: Number(records[index]!.repeat ?? 1),
  }));
  return { labels, answers };
}

const weights = z
  .string()
  .transform((cell) => cell.split(' ').map(Number))
  .pipe(z.array(z.number().min(0)));

const baselineColumn = (name: BaselineName): string => `classifier_${name}`;
const CLASS_PREFIX = 'probability_';
const classColumn = (label: string): string => CLASS_PREFIX + label;

function simplerClassifiers(
  values: Readonly<Record<string, unknown>>,
  keyOf = (name: BaselineName): string => name,
) {
  return BASELINES.filter((name) => name !== 'network' && values[keyOf(name)] !== undefined);
}

function parseCsv(text: string, path: string): unknown {
  try {
    return parse(text, {
      columns: true,
      cast: (cell, { header }) => (header ? cell : cell.replace(QUOTED_FORMULA, '')),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw damaged(path, `is not CSV: ${messageOf(error)}`);
  }
}

/** The quote before what csv-stringify takes for a formula. */
const QUOTED_FORMULA = /^'(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/;

function damaged(path: string, what: string): UserError {
  return new UserError('unreadable', {
    problem: `The predictions in ${path} cannot be used: the file ${what}.`,
    fix: 'Remove the folder that it lies in and run again.',
  });
}
