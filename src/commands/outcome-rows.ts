import { stripVTControlCharacters } from 'node:util';
import colors from 'picocolors';
import { percent } from '../platform/percent.js';
import { printable } from '../platform/printable.js';
import type { Classified, Failed, Outcome } from '../predict/outcome.js';
import { type RankedClass, UNKNOWN_REASONS } from '../tasks/classification/answer.js';

/** Cells of a full probability bar. */
const BAR_WIDTH = 10;

/** Of up to 99,999 ms; a clip that takes longer is given up, but for some. */
const TIME_WIDTH = 8;

/** Columns of a terminal below which a row is what it is and how sure, without a bar, its runners-up and its time. */
const NARROW = 72;

/** What a name that was not known before may be longer than the first such. */
const SLACK = 4;

/** Labels that are longer widen their column where they come. */
const MOST_LABEL = 30;

/** Least that is shown of an input's name. */
const LEAST_INPUT = 12;

/**
 * Prints each result as a row of a table for people, as soon as it is given: input, best label with its bar, time, the
 * runners-up. What failed is told in a line of its own. On a terminal no row is wider than that.
 *
 * @param known.inputs, known.labels what there may be to print, so that columns are wide enough from the first row on.
 */
export function outcomePrinter(known: {
  inputs: readonly string[];
  labels: readonly string[];
}): (outcome: Outcome) => void {
  const columns = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  const labels = [...known.labels, ...UNKNOWN_REASONS.map(unknownText)];
  const table = rowLayout(columns, {
    input: Math.max('input'.length, longest(known.inputs)),
    label: Math.min(MOST_LABEL, longest(labels)),
  });
  let isBegun = false;
  return (outcome) => {
    if (outcome.kind === 'failed') return console.log(explanation(outcome));
    const row = table.row(outcome);
    if (!isBegun) console.log(table.head());
    isBegun = true;
    console.log(row);
    for (const line of damageNote(outcome)) console.log(line);
  };
}

/** Columns become wider where something longer comes. */
function rowLayout(columns: number, known: { readonly input: number; readonly label: number }) {
  const isNarrow = columns < NARROW;
  const widths = { ...known };
  const line = (input: string, label: string, others: readonly string[]): string => {
    const rest = others.reduce((sum, cell) => sum + width(cell) + 3, 0);
    const labelWidth = Math.min(widths.label, Math.max(8, columns - LEAST_INPUT - rest - 6));
    const room = Math.max(LEAST_INPUT, columns - labelWidth - rest - 6);
    const first = shortened(input, Math.min(widths.input, room)).padEnd(Math.min(widths.input, room));
    const second = shortenedEnd(label, labelWidth).padEnd(labelWidth);
    return `│ ${[first, colors.bold(second), ...others].join(' │ ')}`;
  };
  return {
    head: () =>
      colors.dim(
        line(
          'input',
          'label',
          isNarrow ? [''] : ['probability'.padEnd(18), 'time'.padEnd(TIME_WIDTH), 'also'],
        ),
      ),
    row: (outcome: Classified): string => {
      const { probability, top } = outcome;
      const [input, label] = [printable(outcome.input), labelOf(outcome)];
      if (width(input) > widths.input) widths.input = width(input) + SLACK;
      widths.label = Math.max(widths.label, width(label));
      if (isNarrow) return line(input, label, [percent(probability).padStart(7)]);
      const cells = [
        `${bar(probability)} ${percent(probability).padStart(7)}`,
        timeOf(outcome).padStart(TIME_WIDTH),
      ];
      const others = top.slice(outcome.kind === 'class' ? 1 : 0).map(runnerUp);
      const short = line(input, label, cells);
      const also = shortenedEnd(others.join(', '), columns - width(short) - 3);
      return also ? `${short} │ ${colors.dim(also)}` : short;
    },
  };
}

const unknownText = (reason: (typeof UNKNOWN_REASONS)[number]): string => `(unknown: ${reason})`;

/** No class is likely to be called `(unknown: unsure)`, brackets and all. */
function labelOf(outcome: Classified): string {
  return outcome.kind === 'class'
    ? printable(outcome.label) + seenText(outcome.top[0]!)
    : unknownText(outcome.reason);
}

const runnerUp = (other: RankedClass): string =>
  `${printable(other.label)} ${percent(other.probability)}${seenText(other)}`;

function timeOf({ milliseconds: { decode, encode, recurrent } }: Classified): string {
  return `${(decode + encode + recurrent).toFixed(0)} ms`;
}

/** From when to when the frames that show it are. */
function seenText({ seenAtSeconds = [] }: RankedClass): string {
  const [from, to] = [seenAtSeconds[0], seenAtSeconds.at(-1)];
  if (from === undefined || to === undefined || to === 0) return '';
  return from === to ? ` at ${from.toFixed(1)} s` : ` ${from.toFixed(1)}-${to.toFixed(1)} s`;
}

function explanation({ input, error }: Failed): string {
  return `${colors.red('failed')} ${printable(input)} (${error.code}): ${printable(error.message)}\n  ${printable(error.fix)}`;
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

const longest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, width(printable(text))), 0);

/** In columns, without what colours it. */
const width = (text: string): number => [...stripVTControlCharacters(text)].length;

/** The end of a path tells it from others. */
function shortened(text: string, most: number): string {
  return width(text) <= most ? text : `…${[...text].slice(1 - most).join('')}`;
}

function shortenedEnd(text: string, most: number): string {
  if (width(text) <= most) return text;
  return most < 2 ? '' : `${[...text].slice(0, most - 1).join('')}…`;
}
