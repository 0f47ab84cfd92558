import { random } from '../random.js';

/** Resamples of one interval: its ends then vary by some hundredths of its width from seed to seed. */
const RESAMPLES = 2000;

/** One number of an example, and the group that it belongs to. */
export interface Grouped {
  readonly group: string;
  readonly value: number;
}

/**
 * 95 % percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13) of a mean over examples. Whole
 * groups are drawn with replacement, since examples of one group, such as clips of one film, are not
 * independent of one another. The same seed gives the same interval.
 *
 * Values may be 1 for right and 0 for wrong, or a paired difference of two such. With few groups the interval
 * is too narrow, and where all values are equal it has no width.
 */
export function groupInterval(
  values: readonly Grouped[],
  options: { seed: number },
): [low: number, high: number] {
  const { sums, counts } = totalsByGroup(values);
  const stream = random(options.seed, 'bootstrap');
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < sums.length; draw++) {
      const group = stream.integer(0, sums.length);
      sum += sums[group]!;
      count += counts[group]!;
    }
    return sum / count;
  }).sort();
  return [quantile(means, 0.025), quantile(means, 0.975)];
}

/** How many different groups there are. */
export const groupCount = (values: ReadonlyArray<Pick<Grouped, 'group'>>): number =>
  new Set(values.map(({ group }) => group)).size;

function totalsByGroup(values: readonly Grouped[]) {
  const places = new Map<string, number>();
  const sums: number[] = [];
  const counts: number[] = [];
  for (const { group, value } of values) {
    const place = places.get(group) ?? places.size;
    places.set(group, place);
    sums[place] = (sums[place] ?? 0) + value;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return { sums, counts };
}

/** Of numbers in rising order; between two of them interpolated, as NumPy does by default. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
}
