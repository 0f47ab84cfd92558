import Table from 'cli-table3';
import type { Bundle } from '../../bundle/bundle.js';
import { UserError } from '../../errors.js';
import { evaluateIntervals, type IntervalEvaluation } from '../../evaluate/evaluate-intervals.js';
import { counted } from '../../platform/counted.js';
import { percent } from '../../platform/percent.js';
import { entriesText } from '../../report/words.js';
import type { EvaluateOptions } from '../../workflows/evaluate-bundle.js';
import { refuseFlags } from '../flags.js';
import { windowingOf } from '../window-options.js';
import type { EvaluateFlags } from './task-commands.js';

/** `clipstep evaluate --intervals`. @returns what is to be said of it. @throws UserError `usage`, as evaluateIntervals. */
export async function intervalsText(
  bundle: Bundle,
  flags: EvaluateFlags & { readonly intervals: string },
  run: Pick<EvaluateOptions, 'signal' | 'onEvent'>,
): Promise<string> {
  refuseFlags('--intervals', {
    '--data': flags.data,
    '--calibrate': flags.calibrate,
    '--describe': flags.describe,
    '--target-precision': flags.targetPrecision,
    '--without-leaks': flags.withoutLeaks,
    '--outliers': flags.outliers,
    '--encoding': flags.encoding,
    '--out': flags.out,
  });
  const windowing = windowingOf(flags);
  if (!windowing) {
    throw new UserError('usage', {
      problem: '--intervals finds intervals in the windows of videos, and there are no windows.',
      fix: 'Give --window with a number of seconds, and --stride.',
    });
  }
  const { intervals, minProbability, maxDistance, engine, json } = flags;
  const options = { intervals, windowing, minProbability, maxDistance, engine, ...run };
  const result = await evaluateIntervals(bundle, options);
  return json ? JSON.stringify(result) : textOf(result);
}

function textOf({ videos, labelled, found, figures, skipped }: IntervalEvaluation): string {
  const overlaps = figures.map(({ overlap }) => overlap.toFixed(1));
  const table = new Table({
    head: ['class', 'labelled', 'found', ...overlaps.map((overlap) => `AP at ${overlap}`)],
    style: { head: [], border: [], compact: true },
  });
  for (const [index, { label, labelled: own, found: ofClass }] of figures[0]!.classes.entries()) {
    const precisions = figures.map(({ classes }) => percent(classes[index]!.averagePrecision));
    table.push([label, own, ofClass, ...precisions]);
  }
  const means = figures.map(({ meanAveragePrecision }) => percent(meanAveragePrecision));
  table.push(['mean', labelled, found.length, ...means]);
  return [
    `${counted(labelled, 'interval')} in ${counted(videos, 'video')}, ${found.length} found; average precision (AP) where an overlap of ${overlaps.join(', ')} counts`,
    ...(skipped.length > 0 ? [`${entriesText(skipped)} left out`] : []),
    table.toString(),
  ].join('\n');
}

/** The error of windows in an evaluation of clips, which are tested whole. */
export function windowsOfClips(): UserError {
  return new UserError('usage', {
    problem: '--window cuts long videos for --intervals; without that, clips are tested whole.',
    fix: 'Leave --window out, or give --intervals.',
  });
}
