import type { SizeFigure } from '../crossvalidate/sizes.js';
import { percent } from '../platform/percent.js';
import { accuracyBars } from './accuracy-bars.js';
import type { DrawChart } from './open-charts.js';
import { charts, section, table } from './page.js';
import type { Column } from './summary-words.js';

/** How many examples are needed: accuracy by how many of each class a fold trained on, as HTML. */
export function sizeSection(sizes: readonly SizeFigure[], draw: DrawChart): string {
  const bars = sizes.map((size) => ({
    name: `${sizeName(size)}: ${percent(size.accuracy)}`,
    accuracy: size.accuracy,
    interval: size.interval,
  }));
  const columns = sizeColumns(sizes);
  const rows = sizes.map((_, row) =>
    columns.map(({ isNumber, cells }) => (isNumber ? { number: cells[row]! } : cells[row]!)),
  );
  return section(
    'How many examples it takes',
    '<p>Each fold was trained again on so many examples of each class, and tested on the same ones. Where accuracy still grows at the end, more examples will help.</p>',
    charts([
      draw(accuracyBars('Accuracy by the number of examples of each class', bars)),
      table(
        columns.map(({ isNumber, name }) => (isNumber ? { number: name } : name)),
        rows,
      ),
    ]),
  );
}

/** The same figures as a table's columns. */
export function sizeColumns(sizes: readonly SizeFigure[]): Column[] {
  const number = (name: string, cell: (size: SizeFigure) => string): Column => ({
    name,
    isNumber: true,
    cells: sizes.map(cell),
  });
  return [
    { name: 'of each class', isNumber: false, cells: sizes.map(sizeName) },
    number('trained on', ({ trained }) => String(Math.round(trained))),
    number('accuracy', ({ accuracy }) => percent(accuracy)),
    number('95 % interval', ({ interval: [low, high] }) => `${percent(low)} to ${percent(high)}`),
    number('log loss', ({ logLoss }) => logLoss.toFixed(3)),
  ];
}

const sizeName = ({ perClass }: SizeFigure): string => (perClass === null ? 'all' : String(perClass));
