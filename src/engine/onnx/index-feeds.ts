import { IGNORED } from '../../network/losses.js';
import type { WantedClasses } from './ops/cross-entropy.js';
import type { Feed } from './session.js';

/**
 * Indices to look up rows of a table by (ops/embedding.ts).
 *
 * @throws Error for one that is not in the table: a tokenizer's defect.
 */
export function indexFeed(
  indices: Int32Array,
  { shape, rows }: { shape: readonly number[]; rows: number },
): Feed {
  checkIndices(indices, { from: 0, below: rows });
  return { data: indices, shape };
}

/**
 * What a loss by class index reads (ops/cross-entropy.ts): the loss is the mean over the places that are not IGNORED,
 * or where they have weights, the weighted mean; 0 if nothing counts.
 *
 * @param weights 0 or more for each place.
 * @throws Error for an index that is neither a class nor IGNORED.
 */
export function wantedFeeds(
  indices: Int32Array,
  options: { shape: readonly number[]; classes: number; weights?: Float32Array | undefined },
): Record<keyof WantedClasses, Feed> {
  const { shape, classes, weights } = options;
  checkIndices(indices, { from: IGNORED, below: classes });
  const shares = Float32Array.from(indices, (index, place) =>
    index === IGNORED ? 0 : (weights?.[place] ?? 1),
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total > 0)
    shares.forEach((share, place) => {
      shares[place] = share / total;
    });
  return { indices: { data: indices, shape }, shares: { data: shares, shape } };
}

function checkIndices(indices: Int32Array, { from, below }: { from: number; below: number }): void {
  const place = indices.findIndex((index) => index < from || index >= below);
  if (place >= 0)
    throw new Error(`Index ${indices[place]} at place ${place} is not from ${from} to ${below - 1}`);
}
