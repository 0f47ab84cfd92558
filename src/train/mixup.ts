import type { Sequence } from '../inputs/batches.js';
import type { Random } from '../random.js';
import type { StepData } from './step.js';

/**
 * Mixup (Zhang et al. 2018, arXiv 1710.09412): each sequence of a step and what it is to be become a mixture with
 * those of another, its share drawn from Beta(alpha, alpha); another permutation says with which. The share is drawn
 * for each sequence, as the paper's equation 1 has it, and not once a step as its code does: with few clips, an epoch
 * has so few steps that it would see hardly any shares.
 *
 * @param options.alpha in (0, 1]: the smaller, the less most sequences change.
 */
export function mixStep(
  { sequences, targets }: StepData,
  { alpha, stream }: { alpha: number; stream: Random },
): StepData {
  const classes = targets.length / sequences.length;
  const partners = stream.shuffle([...sequences.keys()]);
  const shares = partners.map(() => drawShare(stream, alpha));
  return {
    sequences: sequences.map((own, row) => mixSequences(own, sequences[partners[row]!]!, shares[row]!)),
    targets: targets.map((own, index) => {
      const row = Math.floor(index / classes);
      const other = targets[partners[row]! * classes + (index % classes)]!;
      return shares[row]! * own + (1 - shares[row]!) * other;
    }),
  };
}

/**
 * A share in [0, 1] from Beta(alpha, alpha), alpha in (0, 1] (Johnk 1964): of two powers of uniform numbers
 * whose sum is at most 1, what the first has of the sum. Written so that powers too small for a number do not matter.
 */
export function drawShare(stream: Random, alpha: number): number {
  for (;;) {
    // In (0, 1].
    const [one, other] = [1 - stream.float(), 1 - stream.float()];
    if (one ** (1 / alpha) + other ** (1 / alpha) <= 1) return 1 / (1 + (other / one) ** (1 / alpha));
  }
}

/**
 * share x one + (1 - share) x other, pixels rounded. It has the length of the first; of another length, the second is
 * read in proportion. Both of one kind and width.
 */
export function mixSequences(one: Sequence, other: Sequence, share: number): Sequence {
  const mixture = { one, other, share };
  switch (one.kind) {
    case 'features':
      return { ...one, data: fill(new Float32Array(one.data.length), mixture) };
    case 'frames':
      // A clamped array rounds what is put into it.
      return { ...one, data: new Uint8Array(fill(new Uint8ClampedArray(one.data.length), mixture).buffer) };
    case 'tokens':
      throw new Error('There is nothing between two tokens');
  }
}

function fill<T extends Float32Array | Uint8ClampedArray>(
  data: T,
  { one, other, share }: { one: Sequence; other: Sequence; share: number },
): T {
  const width = one.data.length / one.timesteps;
  for (let time = 0; time < one.timesteps; time++) {
    const start = time * width;
    const otherStart = Math.floor((time * other.timesteps) / one.timesteps) * width;
    for (let index = 0; index < width; index++) {
      data[start + index] = share * one.data[start + index]! + (1 - share) * other.data[otherStart + index]!;
    }
  }
  return data;
}
