import type { CrossValidation } from '../crossvalidate/run-folds.js';
import { counted } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import type { Baselines } from '../tasks/classification/baselines.js';
import type { Evaluation } from '../tasks/classification/evaluation.js';
import type { Metrics } from '../tasks/classification/metrics.js';
import { majorityOf } from './baseline-words.js';
import { escapeHtml } from './page.js';

/** The one figure of a page. */
export interface Headline {
  /** In [0, 1]. */
  readonly share: number;
  /** Of what, such as `of 241 test clips are right`. */
  readonly of: string;
  readonly interval: readonly [low: number, high: number];
  /** What the interval is over, where that is not the examples themselves. */
  readonly over?: string | undefined;
  /** What the figure is to be compared with. */
  readonly beside?: string | undefined;
}

/** @param options.noun what was tested, in the plural, such as `test clips`. */
export function headlineOf(
  evaluation: Evaluation,
  { noun, baselines }: { noun: string; baselines: Baselines | null },
): Headline {
  const { accuracy: share, examples, groups, interval, groupInterval } = evaluation;
  const isGrouped = groups < examples;
  return {
    share,
    of: `of ${examples} ${noun} are right`,
    interval: isGrouped ? groupInterval : interval,
    over: isGrouped ? counted(groups, 'group') : undefined,
    beside: majorityWords(baselines),
  };
}

/** Of all folds together. @param noun what was tested, in the plural. */
export function foldedHeadline(
  { outOfFold, repeats, baselines }: Pick<CrossValidation, 'outOfFold' | 'repeats' | 'baselines'>,
  noun: string,
): Headline {
  const { accuracy: share, examples, groups, groupInterval: interval } = outOfFold;
  return {
    share,
    of: `of ${examples / repeats.length} ${noun} are right, each tested by a network that had not seen it`,
    interval,
    over: groups * repeats.length < examples ? counted(groups, 'group') : undefined,
    beside: majorityWords(baselines),
  };
}

/** Of clips that were given with their classes. */
export const batchHeadline = ({ accuracy, examples, interval }: Metrics): Headline => ({
  share: accuracy,
  of: `of ${examples} answers with a known class are right`,
  interval,
});

function majorityWords(baselines: Baselines | null): string | undefined {
  const majority = majorityOf(baselines);
  return majority === undefined
    ? undefined
    : `Always answering with the most frequent class would be right in ${percent(majority)}.`;
}

/** A card of HTML: the figure, its interval as a bar on a line from 0 to 100 %, and both in words. */
export function headlineCard({ share, of, interval, over, beside }: Headline): string {
  const [low, high] = interval;
  const place = (value: number) => `${(100 * value).toFixed(1)}%`;
  const range = `--low: ${place(low)}; --high: ${place(high)}; --at: ${place(share)}`;
  const overWords = over === undefined ? '' : ` over ${over}`;
  return `<div class="card">
<p class="headline"><strong>${percent(share)}</strong> ${escapeHtml(of)}</p>
<div class="range" style="${range}" aria-hidden="true"><span></span><i></i></div>
<p class="muted">95 % interval ${percent(low)} to ${percent(high)}${overWords}.${beside === undefined ? '' : ` ${escapeHtml(beside)}`}</p>
</div>`;
}
