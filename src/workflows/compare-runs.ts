import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { readRegularText } from '../platform/regular-file.js';
import { comparePaired, type PairedAnswer, type PairedFigures } from '../tasks/classification/paired.js';
import { type NumberedAnswer, parseAnswers } from '../tasks/classification/predictions.js';

export interface RunComparison extends PairedFigures {
  /** Answers that both runs gave. */
  readonly answers: number;
  /** Examples that they are about, and the groups of these. */
  readonly examples: number;
  readonly groups: number;
  /** Answers of one run alone, which are left out. */
  readonly leftOut: { readonly one: number; readonly other: number };
}

/** Draws the resamples of the intervals, which so are the same each time. */
const SEED = 1;

/**
 * Compares two runs of training, evaluation or cross-validation that answered about the same examples; cross-validations,
 * repeat by repeat.
 *
 * @param one, other folders of theirs, or files as their predictions.csv.
 * @throws UserError `not_found` or `unreadable` for what is not there or no predictions, `usage` for runs that cannot be compared.
 */
export async function compareRuns(one: string, other: string): Promise<RunComparison> {
  const [first, second] = [await readAnswers(one), await readAnswers(other)];
  requireSameLabels({ path: one, ...first }, { path: other, ...second });
  const known = new Map(second.answers.map((answer) => [keyOf(answer), answer]));
  const pairs = first.answers.flatMap((answer): PairedAnswer[] => {
    const match = known.get(keyOf(answer));
    return match ? [{ one: answer, other: match }] : [];
  });
  if (pairs.length === 0) throw nothingShared(one, other);
  const contradiction = pairs.find((pair) => pair.one.example.label !== pair.other.example.label);
  if (contradiction) throw contradicting(contradiction.one.example.id, { one, other });
  const examples = pairs.map((pair) => pair.one.example);
  return {
    ...comparePaired(pairs, { seed: SEED }),
    answers: pairs.length,
    examples: new Set(examples.map(({ id }) => id)).size,
    groups: new Set(examples.map(({ group }) => group)).size,
    leftOut: { one: first.answers.length - pairs.length, other: second.answers.length - pairs.length },
  };
}

const keyOf = ({ repeat, example }: NumberedAnswer): string => JSON.stringify([repeat, example.id]);

async function readAnswers(path: string): Promise<ReturnType<typeof parseAnswers>> {
  const isFolder = await stat(path).then((status) => status.isDirectory(), noResults(path));
  const file = isFolder ? join(path, 'predictions.csv') : path;
  return parseAnswers(await readRegularText(file).catch(noResults(file)), file);
}

const noResults =
  (path: string) =>
  (cause: unknown): never => {
    throw new UserError('not_found', {
      problem: `There are no predictions in ${path}: ${messageOf(cause)}.`,
      fix: 'Give the folder of a training, an evaluation or a cross-validation, which has a predictions.csv.',
      cause,
    });
  };

interface Labelled {
  readonly path: string;
  readonly labels: readonly string[];
}

function requireSameLabels(one: Labelled, other: Labelled): void {
  if (one.labels.join('\n') === other.labels.join('\n')) return;
  throw new UserError('usage', {
    problem: `${one.path} has the classes ${one.labels.join(', ')}; ${other.path} has ${other.labels.join(', ')}.`,
    fix: 'Compare runs on the same classes.',
  });
}

const nothingShared = (one: string, other: string): UserError =>
  new UserError('usage', {
    problem: `${one} and ${other} have no answer about the same example.`,
    fix: 'Compare runs on the same data; cross-validations with the same --seed, --folds and --repeats.',
  });

const contradicting = (id: string, { one, other }: { one: string; other: string }): UserError =>
  new UserError('usage', {
    problem: `${id} has one label in ${one} and another in ${other}.`,
    fix: 'Compare runs on the same data.',
  });
