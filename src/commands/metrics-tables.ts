import Table from 'cli-table3';
import { percent } from '../platform/percent.js';
import type { Column } from '../report/summary-words.js';
import type { Metrics } from '../tasks/classification/metrics.js';

const PLAIN = { head: [], border: [], compact: true };

/** Precision, recall and F1 of each class. */
export function classTable({ classes }: Metrics): string {
  const table = new Table({ head: ['class', 'examples', 'precision', 'recall', 'F1'], style: PLAIN });
  const share = (value: number | null) => (value === null ? '-' : percent(value));
  for (const { label, examples, precision, recall, f1 } of classes) {
    table.push([label, examples, share(precision), share(recall), share(f1)]);
  }
  return table.toString();
}

/** How many examples of each class, a row, were predicted as each, a column. */
export function confusionTable({ classes, confusion }: Metrics): string {
  const labels = classes.map(({ label }) => label);
  const table = new Table({ head: ['true \\ predicted', ...labels], style: PLAIN });
  confusion.forEach((row, index) => {
    table.push([labels[index]!, ...row]);
  });
  return table.toString();
}

/** What each fold of a cross-validation has to tell, or each size. */
export function columnsTable(columns: readonly Column[]): string {
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map(({ isNumber }) => (isNumber ? 'right' : 'left')),
    style: PLAIN,
  });
  const rows = columns[0]?.cells ?? [];
  for (const row of rows.keys()) table.push(columns.map(({ cells }) => cells[row]!));
  return table.toString();
}
