import type { CrossValidation } from '../crossvalidate/run-folds.js';
import { countedOf } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import type { Baselines } from '../tasks/classification/baselines.js';
import type { Evaluation } from '../tasks/classification/evaluation.js';
import type { Metrics } from '../tasks/classification/metrics.js';
import { METHOD_WORDS, majorityOf } from './baseline-words.js';
import { escapeHtml } from './page.js';
import { methodText } from './words.js';

/** The one figure of a page. */
export interface Headline {
  /** In [0, 1]. */
  readonly share: number;
  /** Of what, such as `of 241 test clips are right`. */
  readonly of: string;
  readonly interval: readonly [low: number, high: number];
  /** How the interval was found, such as `Wilson score`. */
  readonly method: string;
  /** What the figure is to be compared with. */
  readonly beside?: string | undefined;
}

/** @param options.noun what was tested, in the plural, such as `test clips`. */
export function headlineOf(
  evaluation: Evaluation,
  { noun, baselines }: { noun: string; baselines: Baselines | null },
): Headline {
  const { accuracy: share, examples, interval } = evaluation;
  return {
    share,
    of: `of ${countedOf(examples, noun)} ${examples === 1 ? 'is' : 'are'} right`,
    interval,
    method: methodText(evaluation),
    beside: majorityWords(baselines),
  };
}

/** Of all folds together. @param noun what was tested, in the plural. */
export function foldedHeadline(
  { outOfFold, repeats, baselines }: Pick<CrossValidation, 'outOfFold' | 'repeats' | 'baselines'>,
  noun: string,
): Headline {
  const { accuracy: share, examples, interval } = outOfFold;
  return {
    share,
    of: `of ${examples / repeats.length} ${noun} are right, each tested by a network that had not seen it`,
    interval,
    method: methodText(outOfFold),
    beside: majorityWords(baselines),
  };
}

/** Of clips that were given with their classes. */
export const batchHeadline = ({ accuracy, examples, interval }: Metrics): Headline => ({
  share: accuracy,
  of: `of ${countedOf(examples, 'answers')} ${examples === 1 ? 'is' : 'are'} right, where the true class is given`,
  interval,
  method: METHOD_WORDS.wilson,
});

function majorityWords(baselines: Baselines | null): string | undefined {
  const majority = majorityOf(baselines);
  return majority === undefined
    ? undefined
    : `Always answering with the most frequent class would be right in ${percent(majority)}.`;
}

/** A card of HTML: the figure, its interval as a bar on a line from 0 to 100 %, and both in words. */
export function headlineCard({ share, of, interval, method, beside }: Headline): string {
  const [low, high] = interval;
  const place = (value: number) => `${(100 * value).toFixed(1)}%`;
  const range = `--low: ${place(low)}; --high: ${place(high)}; --at: ${place(share)}`;
  return `<div class="card">
<p class="headline"><strong>${percent(share)}</strong> ${escapeHtml(of)}</p>
<div class="range" style="${range}" aria-hidden="true"><span></span><i></i></div>
<p class="muted">95 % interval ${percent(low)} to ${percent(high)}, ${method}.${beside === undefined ? '' : ` ${escapeHtml(beside)}`}</p>
</div>`;
}
