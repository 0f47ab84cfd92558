import Table from 'cli-table3';
import colors from 'picocolors';
import { percent } from '../platform/percent.js';
import type { Classified, Failed, Outcome } from '../predict/outcome.js';
import type { RankedClass } from '../tasks/classification/answer.js';
import { printable } from './printable.js';

/** Cells of a full probability bar. */
const BAR_WIDTH = 10;

/** Results as a table for people: input, best label with its bar, the runners-up, time; below, what failed. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const table = new Table({
    head: ['input', 'label', 'probability', 'also', 'time'],
    style: { head: [], border: [], compact: true },
  });
  for (const outcome of outcomes) {
    table.push(outcome.kind === 'failed' ? failureRow(outcome) : resultRow(outcome));
  }
  const below = outcomes.flatMap((outcome) =>
    outcome.kind === 'failed' ? [explanation(outcome)] : damageNote(outcome),
  );
  return [table.toString(), ...below].join('\n');
}

function resultRow(outcome: Classified) {
  const { input, probability, top, milliseconds } = outcome;
  const others = top
    .slice(outcome.kind === 'class' ? 1 : 0)
    .map((other) => `${other.label} ${percent(other.probability)}${seenText(other)}`);
  const time = milliseconds.decode + milliseconds.encode + milliseconds.recurrent;
  return [
    printable(input),
    outcome.kind === 'class' ? colors.bold(outcome.label) + seenText(top[0]!) : colors.dim('unknown'),
    `${bar(probability)} ${percent(probability)}`,
    colors.dim(others.join(', ')),
    `${time.toFixed(0)} ms`,
  ];
}

/** From when to when the frames that show it are. */
function seenText({ seenAtSeconds = [] }: RankedClass): string {
  const [from, to] = [seenAtSeconds[0], seenAtSeconds.at(-1)];
  if (from === undefined || to === undefined || to === 0) return '';
  return from === to ? ` at ${from.toFixed(1)} s` : ` ${from.toFixed(1)}-${to.toFixed(1)} s`;
}

function failureRow({ input, error }: Failed) {
  return [printable(input), colors.red(error.code), '', '', ''];
}

function explanation({ error }: Failed): string {
  return `${colors.red(error.code)} ${printable(error.message)}\n  ${error.fix}`;
}

function damageNote({ input, frames, damaged }: Classified): string[] {
  if (damaged === undefined) return [];
  return [
    `${colors.yellow('damaged')} ${printable(input)}: ${damaged} of the ${frames} frames it was judged by`,
  ];
}

function bar(probability: number): string {
  const filled = Math.round(probability * BAR_WIDTH);
  return '█'.repeat(filled) + colors.dim('░'.repeat(BAR_WIDTH - filled));
}
