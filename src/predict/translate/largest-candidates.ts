/** A token that may follow one of several beginnings. */
export interface Candidate {
  /** Which of the beginnings. */
  readonly row: number;
  readonly token: number;
  /** The logarithm of the probability of both. */
  readonly sum: number;
}

/**
 * The most probable candidates, the best first; of equal ones that which comes first.
 *
 * @param logProbabilities float32 [rows, classes], of which as many rows are read as there are sums.
 * @param options.sums of each beginning the logarithm of its probability.
 */
export function largestCandidates(
  logProbabilities: Float32Array,
  options: { sums: readonly number[]; classes: number; count: number; excluded: ReadonlySet<number> },
): Candidate[] {
  const { sums, classes, count, excluded } = options;
  const found: Candidate[] = [];
  for (const [row, before] of sums.entries()) {
    for (let token = 0; token < classes; token++) {
      const sum = before + logProbabilities[row * classes + token]!;
      if (found.length === count && sum <= found[count - 1]!.sum) continue;
      if (excluded.has(token)) continue;
      const place = found.findIndex((other) => other.sum < sum);
      found.splice(place === -1 ? found.length : place, 0, { row, token, sum });
      if (found.length > count) found.pop();
    }
  }
  return found;
}
