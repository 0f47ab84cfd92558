import colors from 'picocolors';
import { counted } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import { printable } from '../platform/printable.js';
import type { BatchResult } from '../predict/batch/batch-options.js';
import type { BatchSummary } from '../predict/batch/summarize-rows.js';
import type { Metrics } from '../tasks/classification/metrics.js';

/** Classes that are listed with what was found of them. */
const MOST_CLASSES = 20;

/**
 * A finished batch in some lines: counts, failures by kind with examples, and metrics where classes are known.
 * @param noun what one of its inputs is called.
 */
export function batchSummary(result: BatchResult, noun: string): string {
  const { out, kept, isComplete } = result;
  const counts = [...countsOf(result), ...(kept > 0 ? [`${kept} kept from before`] : [])];
  return [
    `${colors.bold(printable(out))}: ${counted(result.clips, noun)}, ${counts.join(', ')}`,
    ...(isComplete ? [] : [`Stopped at the first failure (--strict); the other ${noun}s are not done.`]),
    ...summaryLines(result, noun),
  ].join('\n');
}

/** How many clips were classified, and how many were not. */
export function countsOf({ classified, windows, unknown, unlike, failed }: BatchSummary): string[] {
  return [
    windows === null
      ? `${classified} classified`
      : `${classified} classified by ${counted(windows, 'window')}`,
    ...(unknown > 0
      ? [`${unknown} of them unknown${unlike > 0 ? ` (${unlike} unlike the training clips)` : ''}`]
      : []),
    ...(failed > 0 ? [colors.red(`${failed} failed`)] : []),
  ];
}

/** What was found, and how right it was. @param noun what one input is called. */
export function summaryLines(summary: BatchSummary, noun: string): string[] {
  const answered = summary.windows === null ? noun : 'window';
  return [
    ...labelLines(summary),
    ...failureLines(summary),
    ...(summary.metrics ? metricsLines(summary.metrics, answered) : []),
  ];
}

function labelLines({ labels, windows }: BatchSummary): string[] {
  if (labels.length === 0) return [];
  const listed = labels.slice(0, MOST_CLASSES).map(({ label, clips }) => `${printable(label)} ${clips}`);
  const rest = labels.length > MOST_CLASSES ? [`and ${labels.length - MOST_CLASSES} more classes`] : [];
  return [`Found${windows === null ? '' : ' in windows'}: ${[...listed, ...rest].join(', ')}`];
}

function failureLines({ failures }: BatchSummary): string[] {
  return failures.flatMap(({ code, clips, examples }) => [
    `${colors.red(code)} ${clips}, such as:`,
    ...examples.map(({ message }) => `  ${printable(message)}`),
  ]);
}

function metricsLines(metrics: Metrics, noun: string): string[] {
  const { examples, accuracy, interval, balancedAccuracy, logLoss, classes } = metrics;
  const [low, high] = interval;
  const share = (value: number | null) => (value === null ? '-' : percent(value));
  return [
    `Accuracy ${percent(accuracy)} on ${counted(examples, noun)} whose class is given (95 % interval ${percent(low)} to ${percent(high)}), ` +
      `balanced ${percent(balancedAccuracy)}, log loss ${logLoss.toFixed(3)}`,
    ...classes
      .filter((entry) => entry.examples > 0)
      .map(
        (entry) =>
          `  ${printable(entry.label)}: ${counted(entry.examples, noun)}, recall ${share(entry.recall)}, precision ${share(entry.precision)}`,
      ),
  ];
}
