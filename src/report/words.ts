import type { Leak } from '../evaluate/leaks.js';
import type { Input } from '../inputs/input-kind.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { Pipeline } from '../pipeline/schema.js';
import { counted } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import type { Evaluation } from '../tasks/classification/evaluation.js';
import type { Selection } from '../tasks/classification/threshold.js';

/** What people call the examples of this pipeline, in the plural. */
export const exampleNoun = ({ input, data }: Pipeline): string =>
  data?.kind === 'mnist' ? 'images' : inputOf(input).noun;

/** What people call one input of a batch. */
export const batchNoun = ({ input }: Pick<Pipeline, 'input'>): string => BATCH_NOUNS[inputOf(input).given];

const BATCH_NOUNS: Readonly<Record<Input['given'], string>> = { files: 'clip', texts: 'text' };

/** Accuracy with its interval, and where examples come in groups, the wider truth about it. */
export function accuracySentence(evaluation: Evaluation, noun: string): string {
  const { accuracy, examples, groups, interval, groupInterval } = evaluation;
  const between = ([low, high]: readonly [number, number]) => `${percent(low)} to ${percent(high)}`;
  const overGroups = groups < examples ? `; ${between(groupInterval)} over their ${groups} groups` : '';
  return `Accuracy on ${examples} ${noun}: ${percent(accuracy)} (95 % interval ${between(interval)}${overGroups}).`;
}

/** Figures beside the accuracy, by name. */
export function furtherFigures(
  { balancedAccuracy, macroF1, logLoss, calibration, top }: Omit<Evaluation, 'interval'>,
  temperature?: number,
): Array<readonly [name: string, value: string]> {
  const by = temperature === undefined ? '' : ` (temperature ${temperature.toFixed(2)})`;
  return [
    ...(top ? [[`Top-${top.count} accuracy`, percent(top.accuracy)] as const] : []),
    ['Balanced accuracy', percent(balancedAccuracy)],
    ['Macro F1', macroF1.toFixed(3)],
    ['Log loss', `${logLoss.toFixed(3)} nats`],
    ['Calibration error', `${percent(calibration.error)}${by}`],
  ];
}

/** The same in a line. */
export const furtherText = (figures: ReturnType<typeof furtherFigures>): string =>
  figures.map(([name, value]) => `${name}: ${value}.`).join(' ');

/** What becomes of answers when some are unknown. */
export function selectionSentence({ minProbability, answered, precision }: Selection): string {
  const right = precision === null ? '' : `, and ${percent(precision)} of these answers are right`;
  return `With a threshold of ${percent(minProbability)}, ${percent(answered)} get an answer${right}.`;
}

/** What a model card says of leaks; nothing where there are none. */
export const leakSentence = (leaks: readonly Leak[]): string =>
  leaks.length === 0
    ? ''
    : `\nThe parts share ${pairsText(leaks)} of examples that are the same or nearly the same, which makes the figures too good; metrics.json lists them.`;

/** How many were left out, such as `1 entry`. */
export const entriesText = ({ length }: readonly unknown[]): string => counted(length, 'entry', 'entries');

const pairsText = ({ length }: readonly Leak[]): string => counted(length, 'pair');

/** What was left out of an evaluation since it is in another part, too; null where nothing was. */
export const leftOutSentence = ({ leftOut, split }: { leftOut: number; split: string }): string | null =>
  leftOut === 0
    ? null
    : `Without ${leftOut} of the ${split} part that ${leftOut === 1 ? 'is' : 'are'} in another part, too`;

/** Leaks that are named one by one. */
const NAMED_LEAKS = 10;

/** What is in several parts of a split although it is the same, and what to do about it. */
export function leakText(leaks: readonly Leak[]): string {
  const named = leaks.slice(0, NAMED_LEAKS).map(({ kind, ids: [one, other], parts: [first, second] }) => {
    const what = kind === 'content' ? 'is the same as' : 'shows nearly the same as';
    return `  ${one} (${first}) ${what} ${other} (${second})`;
  });
  const more = leaks.length > NAMED_LEAKS ? [`  and ${leaks.length - NAMED_LEAKS} more pairs`] : [];
  return [
    `The split puts copies into different parts, which makes the figures too good: ${pairsText(leaks)}.`,
    ...named,
    ...more,
    '  Remove the copies, or give both of a pair the same group in a manifest.',
  ].join('\n');
}

/** Versions on one line. */
export const versionsText = (versions: Readonly<Record<string, string>>): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
