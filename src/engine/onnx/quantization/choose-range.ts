import { levelsOf, type Range } from '../../../encoder/quantization.js';
import { binCentre, type Histogram } from './histogram.js';

/** Shares of the widest range that are tried on each side. */
const SHARES = Array.from({ length: 20 }, (_, index) => 1 - index / 25);

/**
 * The range whose 256 levels lose least of a map's values, in mean square: a narrower one has finer levels and
 * cuts off more.
 */
export function chooseRange(histogram: Histogram): Range {
  const { counts } = histogram;
  const filled = [...counts.keys()].filter((bin) => counts[bin]! > 0);
  const values = filled.map((bin) => ({ value: binCentre(histogram, bin), count: counts[bin]! }));
  const low = Math.min(0, values[0]?.value ?? 0);
  const high = Math.max(0, values.at(-1)?.value ?? 0);
  let best: { range: Range; loss: number } = { range: [low, high], loss: Number.POSITIVE_INFINITY };
  for (const below of low < 0 ? SHARES : [1]) {
    for (const above of high > 0 ? SHARES : [1]) {
      const range: Range = [low * below, high * above];
      const loss = lossOf(values, range);
      if (loss < best.loss) best = { range, loss };
    }
  }
  return best.range;
}

function lossOf(values: ReadonlyArray<{ value: number; count: number }>, range: Range): number {
  const { scale, zeroPoint } = levelsOf(range);
  return values.reduce((sum, { value, count }) => {
    const level = Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint));
    return sum + count * (value - (level - zeroPoint) * scale) ** 2;
  }, 0);
}
