import { percent } from '../evaluate/words.js';
import type { Comparison, Ladder, RungName } from './ladder.js';

/** The ladder as a table, which reads as Markdown and as plain text, and below it what it says in words. */
export function ladderText(ladder: Ladder): string {
  return `${ladderTable(ladder)}\n\n${ladderSentences(ladder).join('\n')}`;
}

function ladderTable({ rungs }: Ladder): string {
  const rows = [
    ['classifier', 'accuracy', '95 % interval'],
    ['---', '---', '---'],
    ...rungs.map(({ name, accuracy, interval: [low, high] }) => [
      RUNG_WORDS[name],
      percent(accuracy),
      `${percent(low)} to ${percent(high)}`,
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const filled = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!, cell === '---' ? '-' : ' ')),
  );
  return filled.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** What people call the rungs. */
export const RUNG_WORDS: Record<RungName, string> = {
  majority: 'most frequent class',
  middle: 'middle timestep alone',
  mean: 'mean over time, no order',
  shuffled: 'network, timesteps shuffled',
  network: 'network',
};

/** What a ladder says in words, a sentence each. */
export function ladderSentences({ order, recurrence }: Ladder): string[] {
  return [
    ...(order
      ? [
          order.isShown
            ? `Order matters: shuffled, the network loses ${span(order)}.`
            : `Order is not shown to matter: against shuffled, the difference is ${span(order)}.`,
        ]
      : []),
    ...(recurrence
      ? [
          recurrence.isShown
            ? `The network beats the mean over time by more than chance: by ${span(recurrence)}.`
            : `The network is not shown to beat the mean over time: the difference is ${span(recurrence)}.`,
        ]
      : []),
  ];
}

function span({ difference, interval: [low, high], differingGroups, isShown }: Comparison): string {
  const few = low > 0 && !isShown ? `, but only ${differingGroups} groups differ` : '';
  return `${points(difference)} points (95 % interval ${points(low)} to ${points(high)}${few})`;
}

const points = (share: number): string => (100 * share).toFixed(1);
