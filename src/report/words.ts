import type { BundleEvaluation } from '../evaluate/evaluate-parts.js';
import type { Leak } from '../evaluate/leaks.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { Pipeline } from '../pipeline/schema.js';
import { counted, countedOf } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import { isCalibrated } from '../tasks/classification/calibration.js';
import type { Evaluation } from '../tasks/classification/evaluation.js';
import type { Trained } from '../train/train-network.js';
import { METHOD_WORDS } from './baseline-words.js';

/** What people call the examples of this pipeline, in the plural. */
export const exampleNoun = ({ input, data }: Pipeline): string =>
  data?.kind === 'mnist' ? 'images' : inputOf(input).noun;

/** The same of the examples of a part, such as "test clips". */
export const partNoun = (split: BundleEvaluation['split'], pipeline: Pipeline): string =>
  split === 'all' ? exampleNoun(pipeline) : `${split} ${exampleNoun(pipeline)}`;

/** Accuracy with its interval. */
export function accuracySentence(evaluation: Evaluation, noun: string): string {
  const { accuracy, examples } = evaluation;
  return `Accuracy on ${countedOf(examples, noun)}: ${percent(accuracy)} (${intervalText(evaluation)}).`;
}

/** Such as "95 % interval 68.2 % to 79.9 %, bootstrap over 50 groups". */
export const intervalText = (evaluation: Evaluation): string =>
  `95 % interval ${spanText(evaluation.interval)}, ${methodText(evaluation)}`;

/** How the interval of an accuracy was found. */
export const methodText = ({ intervalMethod, groups }: Evaluation): string =>
  intervalMethod === 'groups' ? `bootstrap over ${counted(groups, 'group')}` : METHOD_WORDS[intervalMethod];

/** The ends of an interval of a share. */
export const spanText = ([low, high]: readonly [low: number, high: number]): string =>
  `${percent(low)} to ${percent(high)}`;

/** How far probabilities can be taken at their word. */
export function calibrationSentence({
  accuracy,
  calibration,
}: Pick<Evaluation, 'accuracy' | 'calibration'>): string {
  const { error, range, confidence } = calibration;
  const means = `answers have a probability of ${percent(confidence)} on average, and ${percent(accuracy)} are right`;
  const figures = `calibration error ${percent(error)}; a perfectly calibrated network would have ${spanText(range)} on this many examples`;
  // Few examples show nothing of the kind, whatever the network.
  if (isCalibrated(calibration)) return `Not shown to be miscalibrated: ${means} (${figures}).`;
  const tooSure = confidence > accuracy ? 'too sure of itself' : 'not sure enough of itself';
  return `Not calibrated, ${tooSure}: ${means} (${figures}).`;
}

/** Figures beside the accuracy, by name. */
export function furtherFigures({
  balancedAccuracy,
  macroF1,
  logLoss,
  top,
}: Evaluation): Array<readonly [name: string, value: string]> {
  return [
    ...(top ? [[`Top-${top.count} accuracy`, percent(top.accuracy)] as const] : []),
    ['Balanced accuracy', percent(balancedAccuracy)],
    ['Macro F1', macroF1.toFixed(3)],
    ['Log loss', `${logLoss.toFixed(3)} nats`],
  ];
}

/** The same in a line. */
export const furtherText = (figures: ReturnType<typeof furtherFigures>): string =>
  figures.map(([name, value]) => `${name}: ${value}.`).join(' ');

/**
 * What becomes of answers when some are unknown by a threshold, be it beside those that are unlike; none without one, where
 * unlikeSentences says all of it.
 */
export function selectionSentences({
  selection,
  unlike,
  maxDistance,
}: Pick<BundleEvaluation, 'selection' | 'unlike' | 'maxDistance'>): string[] {
  if (!selection || selection.minProbability === 0) return [];
  const { minProbability, answered, precision } = selection;
  const limits = [
    `a threshold of ${percent(minProbability)}`,
    ...(unlike && maxDistance !== undefined ? [`a distance of at most ${maxDistance.toFixed(3)}`] : []),
  ];
  const right = precision === null ? '' : `, and ${percent(precision)} of these answers are right`;
  return [`With ${limits.join(' and ')}, ${percent(answered)} get an answer${right}.`];
}

/** What is unlike the training clips, a sentence each. */
export function unlikeSentences({
  unlike,
  maxDistance,
  outliers,
  selection,
}: Pick<BundleEvaluation, 'unlike' | 'maxDistance' | 'outliers' | 'selection'>): string[] {
  if (unlike === null) return [];
  if (maxDistance === undefined) {
    if (!outliers) return [];
    const { examples, source, auroc } = outliers;
    return [
      `The model has no limit, so that it calls nothing unlike; ${counted(examples, 'outlier')} from ${source}: AUROC ${auroc.toFixed(4)}.`,
    ];
  }
  const limit = `farther than ${maxDistance.toFixed(3)} from what the model was trained on`;
  const precision = selection?.minProbability === 0 ? selection.precision : null;
  const right = precision === null ? '' : ` Of the other answers, ${percent(precision)} are right.`;
  return [
    `${percent(unlike)} are called unlike: ${limit}.${right}`,
    ...(outliers
      ? [
          `Of ${counted(outliers.examples, 'outlier')} from ${outliers.source}, ${percent(outliers.unlike)} are called unlike; AUROC ${outliers.auroc.toFixed(4)}.`,
        ]
      : []),
  ];
}

/** What a model card says of leaks; nothing where there are none. */
export function leakSentence(leaks: readonly Leak[]): string {
  const { copies, reordered, contradicting } = byKind(leaks);
  const torn = [...copies, ...reordered];
  const sentences = [
    ...(torn.length > 0
      ? [
          `The parts share ${pairsText(torn)} of examples that are the same or nearly the same, which makes the figures too good; metrics.json lists them.`,
        ]
      : []),
    ...(contradicting.length > 0
      ? [
          `In ${pairsText(contradicting)} of examples, both are the same but have different classes, so that no network can be right about both; metrics.json lists them.`,
        ]
      : []),
  ];
  return sentences.map((sentence) => `\n${sentence}`).join('');
}

/** What a model card says of a training that was resumed with another length; nothing of any other. */
export const resumedSentence = ({ newLengths }: Pick<Trained, 'newLengths'>): string =>
  newLengths.length === 0
    ? ''
    : `\nThe training was resumed with another length (${newLengths.join('; ')}), so the command below may give other weights.`;

/** How many were left out, such as `1 entry`. */
export const entriesText = ({ length }: readonly unknown[]): string => counted(length, 'entry', 'entries');

const pairsText = ({ length }: readonly Leak[]): string => counted(length, 'pair');

/** What was left out of an evaluation since it is in another part, too; null where nothing was. */
export const leftOutSentence = ({ leftOut, split }: { leftOut: number; split: string }): string | null =>
  leftOut === 0
    ? null
    : `Without ${leftOut} of the ${split} part that ${leftOut === 1 ? 'is' : 'are'} in another part, too`;

/**
 * That a model was trained on what it is scored on; null where it was not, as far as is known.
 * @param noun what examples are called, in the plural.
 */
export const trainedOnSentence = (
  {
    trainedOn,
    hasTest,
    evaluation: { examples },
  }: Pick<BundleEvaluation, 'trainedOn' | 'hasTest' | 'evaluation'>,
  noun: string,
): string | null =>
  trainedOn === 0
    ? null
    : `The model was trained on ${trainedOn} of these ${countedOf(examples, noun)}, which makes the figures too good; ${hasTest ? '--split test scores only those that it was not trained on' : 'evaluate it on others'}.`;

/** Leaks that are named one by one. */
const NAMED_LEAKS = 10;

/** What makes figures doubtful: of how many examples, which ones, and what to do about it. */
export interface LeakNotice {
  readonly what: string;
  /** The first few, a line each. */
  readonly pairs: readonly string[];
  readonly advice: string;
}

/** What is in several parts of a split although it is the same, and what has two classes. */
export function leakNotices(leaks: readonly Leak[]): LeakNotice[] {
  const { copies, reordered, contradicting } = byKind(leaks);
  const verb = contradicting.length === 1 ? 'has' : 'have';
  const notices = [
    {
      what: `The split puts copies into different parts, which makes the figures too good: ${pairsText(copies)}.`,
      pairs: named(copies),
      advice: 'Remove the copies, or give both of a pair the same group in a manifest.',
    },
    {
      what: `Clips that show nearly the same frames in another order are in different parts of the split, which may make the figures too good: ${pairsText(reordered)}.`,
      pairs: named(reordered),
      advice:
        'Keep them, since order may be what tells their classes apart, but give both of a pair the same group in a manifest.',
    },
    {
      what: `The data contradict themselves: ${pairsText(contradicting)} of examples with the same content ${verb} two classes.`,
      pairs: named(contradicting),
      advice: 'Leave each where it belongs, and remove it from the other class.',
    },
  ];
  return notices.filter(({ pairs }) => pairs.length > 0);
}

/** The same as text. */
export const leakText = (leaks: readonly Leak[]): string =>
  leakNotices(leaks)
    .map(({ what, pairs, advice }) => [what, ...[...pairs, advice].map((line) => `  ${line}`)].join('\n'))
    .join('\n');

function byKind(leaks: readonly Leak[]) {
  return {
    copies: leaks.filter(({ kind }) => kind === 'content' || kind === 'frames'),
    reordered: leaks.filter(({ kind }) => kind === 'order'),
    contradicting: leaks.filter(({ kind }) => kind === 'labels'),
  };
}

/** The first few, a line each. */
function named(leaks: readonly Leak[]): string[] {
  const lines = leaks.slice(0, NAMED_LEAKS).map(({ kind, ids: [one, other], parts: [first, second] }) => {
    if (kind === 'labels') return `${one} is the same as ${other}`;
    return `${one} (${first}) ${TORN_WORDS[kind]} ${other} (${second})`;
  });
  const more = leaks.length - lines.length;
  return more > 0 ? [...lines, `and ${counted(more, 'more pair')}`] : lines;
}

const TORN_WORDS: Readonly<Record<Exclude<Leak['kind'], 'labels'>, string>> = {
  content: 'is the same as',
  frames: 'shows nearly the same as',
  order: 'has nearly the same frames, in another order, as',
};

/** Versions on one line. */
export const versionsText = (versions: Readonly<Record<string, string>>): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
