import type { Metrics } from '../tasks/classification/metrics.js';
import { text } from './page.js';

/** Most of the ground that a count may colour, so that the number on it stays readable. */
const DEEPEST_PERCENT = 60;

/**
 * How many examples of each class, a row, were predicted as each, a column; the darker, the larger the share of
 * the row. With many classes, those without an example would hide the others, and are left out.
 */
export function confusionTable({ confusion }: Pick<Metrics, 'confusion'>, labels: readonly string[]): string {
  const shown = [...labels.keys()].filter(
    (index) => confusion[index]!.some((count) => count > 0) || confusion.some((row) => row[index]! > 0),
  );
  const head = shown.map((index) => `<th class="number">${text(labels[index]!)}</th>`).join('');
  const rows = shown.map((truth) => {
    const counts = shown.map((predicted) => confusion[truth]![predicted]!);
    const all = counts.reduce((sum, count) => sum + count, 0);
    return `<tr><th>${text(labels[truth]!)}</th>${counts.map((count) => countCell(count, all)).join('')}</tr>`;
  });
  return `<div class="scroll"><table><tr><th></th>${head}</tr>${rows.join('\n')}</table></div>`;
}

function countCell(count: number, all: number): string {
  if (count === 0) return '<td></td>';
  const share = ((DEEPEST_PERCENT * count) / all).toFixed(0);
  return `<td class="number share" style="--share: ${share}%">${count}</td>`;
}
