/** How often values fell into each of equal bins from -bound to bound. */
export interface Histogram {
  /** A power of two, and a bin's width is one too: bounds grow by joining bins in pairs. */
  readonly bound: number;
  readonly counts: Float64Array;
}

/** Finer than the 256 levels that they are to be cut into, even where most lie near zero. */
const BINS = 8192;

export const emptyHistogram = (): Histogram => ({ bound: 1, counts: new Float64Array(BINS) });

/** Adds values; bounds grow until they hold all. The histogram that was given is used up. */
export function countValues(histogram: Histogram, values: Float32Array): Histogram {
  let largest = 0;
  for (let index = 0; index < values.length; index++) {
    const size = Math.abs(values[index]!);
    if (size > largest) largest = size;
  }
  const grown = reaching(largest, histogram);
  const { counts, bound } = grown;
  const binsPerUnit = BINS / 2 / bound;
  for (let index = 0; index < values.length; index++) {
    counts[Math.min(BINS - 1, Math.floor((values[index]! + bound) * binsPerUnit))]!++;
  }
  return grown;
}

/** The value in the middle of a bin. */
export function binCentre({ bound, counts }: Histogram, bin: number): number {
  return ((bin + 0.5) / counts.length) * 2 * bound - bound;
}

function reaching(value: number, histogram: Histogram): Histogram {
  if (value <= histogram.bound) return histogram;
  const counts = new Float64Array(BINS);
  histogram.counts.forEach((count, bin) => {
    counts[BINS / 4 + (bin >> 1)]! += count;
  });
  return reaching(value, { bound: 2 * histogram.bound, counts });
}
