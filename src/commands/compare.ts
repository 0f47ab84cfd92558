import { Command } from 'commander';
import { counted } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import { printable } from '../platform/printable.js';
import { fewText } from '../report/baseline-words.js';
import type { PairedFigure } from '../tasks/classification/paired.js';
import { compareRuns, type RunComparison } from '../workflows/compare-runs.js';
import { columnsTable } from './metrics-tables.js';

/** `clipstep compare` */
export function compareCommand(): Command {
  return new Command('compare')
    .description(
      'say how two runs on the same clips differ, and whether by more than chance: a training, an evaluation or a cross-validation each',
    )
    .argument('<one>', 'folder of a run, or its predictions.csv')
    .argument('<other>', 'folder of the other run')
    .option('--json', 'all figures as JSON')
    .action(async (one: string, other: string, flags: { json?: boolean }) => {
      const result = await compareRuns(one, other);
      console.log(flags.json ? JSON.stringify(result, null, 2) : comparisonText(result, { one, other }));
    });
}

function comparisonText(result: RunComparison, { one, other }: { one: string; other: string }): string {
  const { accuracy, logLoss, answers, examples, groups, leftOut } = result;
  const rows = [
    { name: 'accuracy', figure: accuracy, text: percent, change: (share: number) => signed(100 * share, 1) },
    { name: 'log loss', figure: logLoss, text: nats, change: (loss: number) => signed(loss, 3) },
  ];
  const column = (name: string, cells: string[]) => ({ name, cells, isNumber: name !== '' });
  return [
    `first:  ${printable(one)}`,
    `second: ${printable(other)}`,
    `${counted(answers, 'answer')} about ${counted(examples, 'example')} of ${counted(groups, 'group')}`,
    ...leftOutLines(leftOut),
    columnsTable([
      column(
        '',
        rows.map(({ name }) => name),
      ),
      column(
        'first',
        rows.map(({ figure, text }) => text(figure.one)),
      ),
      column(
        'second',
        rows.map(({ figure, text }) => text(figure.other)),
      ),
      column(
        'difference',
        rows.map(({ figure, change }) => change(figure.difference)),
      ),
      column(
        '95 % interval, bootstrap over groups',
        rows.map(({ figure: { interval }, change }) => interval.map(change).join(' to ')),
      ),
    ]),
    ...rows.map(({ name, figure }) => sentence(name, figure)),
  ].join('\n');
}

const nats = (loss: number): string => `${loss.toFixed(3)} nats`;

const signed = (value: number, digits: number): string => `${value > 0 ? '+' : ''}${value.toFixed(digits)}`;

function sentence(name: string, figure: PairedFigure): string {
  if (!figure.isShown) return `A difference in ${name} is not shown${reason(figure)}.`;
  return `The ${name} of the second is ${figure.difference > 0 ? 'higher' : 'lower'} by more than chance.`;
}

/** Why not, where the interval alone would show it. */
const reason = (figure: PairedFigure): string => {
  const few = fewText(figure);
  return few && `: its interval leaves 0 out${few}`;
};

function leftOutLines({ one, other }: RunComparison['leftOut']): string[] {
  return [
    { name: 'first', count: one },
    { name: 'second', count: other },
  ].flatMap(({ name, count }) =>
    count > 0
      ? [`${counted(count, 'answer')} of the ${name} left out, since the other has none like it`]
      : [],
  );
}
