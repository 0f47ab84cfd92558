import { counted } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import type { IntervalMethod } from '../tasks/classification/accuracy-interval.js';
import type { BaselineName, Baselines, Comparison } from '../tasks/classification/baselines.js';
import { largest } from '../tensors/largest.js';

/** The baselines as a table, which reads as Markdown and as plain text, and below it what that means in words. */
export function baselineText(baselines: Baselines): string {
  return `${baselineTable(baselines)}\n\n${baselineSentences(baselines).join('\n')}`;
}

/** What stands above the intervals, which are all found in one way. */
export const intervalHead = ({ classifiers: [first] }: Baselines): string =>
  first ? `95 % interval, ${METHOD_WORDS[first.intervalMethod]}` : '95 % interval';

function baselineTable(baselines: Baselines): string {
  const { classifiers } = baselines;
  const rows = [
    ['classifier', 'accuracy', intervalHead(baselines)],
    ['---', '---', '---'],
    ...classifiers.map(({ name, accuracy, interval: [low, high] }) => [
      BASELINE_WORDS[name],
      percent(accuracy),
      `${percent(low)} to ${percent(high)}`,
    ]),
  ];
  const widths = [0, 1, 2].map((column) => largest(rows.map((row) => row[column]!.length)));
  const filled = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!, cell === '---' ? '-' : ' ')),
  );
  return filled.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** What people call the ways to find an interval. */
export const METHOD_WORDS: Readonly<Record<IntervalMethod, string>> = {
  wilson: 'Wilson score',
  groups: 'bootstrap over groups',
};

/** What people call the classifiers. */
export const BASELINE_WORDS: Record<BaselineName, string> = {
  majority: 'most frequent class',
  middle: 'middle timestep alone',
  mean: 'mean over time, no order',
  ngrams: 'n-grams, logistic regression',
  shuffled: 'network, timesteps shuffled',
  network: 'network',
};

/** Accuracy of the most frequent class alone. */
export const majorityOf = (baselines: Baselines | null): number | undefined =>
  baselines?.classifiers.find(({ name }) => name === 'majority')?.accuracy;

/** What baselines say in words, a sentence each. */
export function baselineSentences({ order, recurrence, sequence }: Baselines): string[] {
  return [
    ...(order
      ? [
          order.isShown
            ? `Order matters: shuffled, the network loses ${span(order)}.`
            : `Order is not shown to matter: compared with shuffled timesteps, the difference is ${span(order)}.`,
        ]
      : []),
    ...(recurrence
      ? [
          recurrence.isShown
            ? `The network beats the mean over time by more than chance: by ${span(recurrence)}.`
            : `The network is not shown to beat the mean over time: the difference is ${span(recurrence)}.`,
        ]
      : []),
    ...(sequence
      ? [
          sequence.isShown
            ? `The network beats n-grams by more than chance: by ${span(sequence)}.`
            : `The network is not shown to beat n-grams: the difference is ${span(sequence)}.`,
        ]
      : []),
  ];
}

/** `3.0 points (95 % interval 1.0 to 5.0)` */
export function span(comparison: Comparison): string {
  const {
    difference,
    interval: [low, high],
  } = comparison;
  // Below 0, it is the network that is worse, which no sentence asks.
  const few = low > 0 ? fewText(comparison) : '';
  return `${points(difference)} points (95 % interval ${points(low)} to ${points(high)}${few})`;
}

/** Why a difference is not shown though its interval leaves 0 out; empty where that is not so. */
export function fewText({
  interval: [low, high],
  differingGroups,
  isShown,
}: Pick<Comparison, 'interval' | 'differingGroups' | 'isShown'>): string {
  if (isShown || (low <= 0 && high >= 0)) return '';
  return `, but only ${counted(differingGroups, 'group')} ${differingGroups === 1 ? 'differs' : 'differ'}`;
}

const points = (share: number): string => (100 * share).toFixed(1);
