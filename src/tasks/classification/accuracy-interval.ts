import { type Grouped, groupCount, groupInterval } from '../bootstrap.js';
import { wilsonInterval } from './metrics.js';

/**
 * How an interval of an accuracy is found:
 * - `wilson`: the score interval, where each example is a group of its own; see metrics.ts;
 * - `groups`: the bootstrap over groups, where some belong together; see bootstrap.ts.
 */
export type IntervalMethod = 'wilson' | 'groups';

export interface AccuracyInterval {
  /** 95 % interval of the accuracy. */
  readonly interval: readonly [low: number, high: number];
  readonly intervalMethod: IntervalMethod;
}

/**
 * The one interval that is given of an accuracy, wherever it is shown.
 *
 * @param right of each example, 1 or 0. At least one.
 * @param options.seed draws the resamples.
 */
export function accuracyInterval(
  right: readonly Grouped[],
  options: { readonly seed: number },
): AccuracyInterval {
  if (groupCount(right) < right.length) {
    return { interval: groupInterval(right, options), intervalMethod: 'groups' };
  }
  const count = right.reduce((sum, { value }) => sum + value, 0);
  return { interval: wilsonInterval(count, right.length), intervalMethod: 'wilson' };
}
