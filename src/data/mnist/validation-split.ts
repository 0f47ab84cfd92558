import { random } from '../../random.js';

export interface ValidationSplit {
  /** Indices into the labels, ascending; each index is in exactly one of the two. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Sets a share of each class aside for validation, drawn by the seed. A class of two or more examples gives
 * at least one and keeps at least one.
 *
 * @param options.share in (0, 1).
 */
export function validationSplit(
  labels: ArrayLike<number>,
  { share, seed }: { share: number; seed: number },
): ValidationSplit {
  const indices = Array.from(labels, (_, index) => index);
  const isValidation = new Uint8Array(labels.length);
  for (const label of new Set(Array.from(labels))) {
    const members = indices.filter((index) => labels[index] === label);
    const wanted = Math.round(share * members.length);
    const count = Math.min(Math.max(wanted, 1), members.length - 1);
    const shuffled = random(seed, 'validation', label).shuffle(members);
    for (const index of shuffled.slice(0, count)) isValidation[index] = 1;
  }
  return {
    train: indices.filter((index) => !isValidation[index]),
    validation: indices.filter((index) => isValidation[index]),
  };
}
