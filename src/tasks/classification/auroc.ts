/**
 * Area under the receiver operating characteristic: how probably a positive has a higher score than a negative, equals
 * counting half (Hanley and McNeil 1982; Mann and Whitney 1947). At least one of each.
 *
 * @returns 0.5 where scores say nothing, 1 where all positives are above all negatives.
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): number {
  const all = [
    ...positives.map((score) => ({ score, isPositive: true })),
    ...negatives.map((score) => ({ score, isPositive: false })),
  ].sort((one, other) => one.score - other.score);
  let pairs = 0;
  let below = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (all[end]?.score === all[start]!.score) end++;
    const own = all.slice(start, end);
    const hits = own.filter(({ isPositive }) => isPositive).length;
    const misses = own.length - hits;
    pairs += hits * (below + misses / 2);
    below += misses;
    start = end;
  }
  return pairs / (positives.length * negatives.length);
}
