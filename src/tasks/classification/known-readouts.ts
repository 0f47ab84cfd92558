import { random } from '../../random.js';
import type { Tensor } from '../../tensors/tensor.js';

/**
 * What a network made of examples that it was trained on, among its weights: int8 [examples, readoutWidth], each readout's
 * direction.
 */
export const KNOWN_READOUTS = 'known.readouts';

/** With three times as many, letters were told from digits only a hundredth of them better. */
export const MOST_KNOWN = 2000;

/** Some of the items, at most MOST_KNOWN, drawn by the seed. */
export function drawKnown<T>(items: readonly T[], seed: number): readonly T[] {
  if (items.length <= MOST_KNOWN) return items;
  return random(seed, 'known readouts').shuffle(items).slice(0, MOST_KNOWN);
}

/** @param readouts float32 [examples, width]. */
export function keepReadouts(readouts: Float32Array, width: number): Tensor {
  const data = new Float32Array(readouts.length);
  for (let start = 0; start < readouts.length; start += width) {
    const row = readouts.subarray(start, start + width);
    const most = row.reduce((sum, value) => Math.max(sum, Math.abs(value)), 0) || 1;
    data.set(
      row.map((value) => Math.round((127 * value) / most)),
      start,
    );
  }
  return { shape: [readouts.length / width, width], data, storage: 'int8' };
}

/** How far a readout is from those that are known. */
export type Distance = (readout: Float32Array) => number;

/**
 * How far a readout is from those that are known: the Euclidean distance of its direction to the nearest one's, in
 * [0, 2]. Of what was tried on digits, motions and names, this told the unknown from the known best: better than the
 * probability of the answer, than class means with a shared covariance (Lee et al. 2018, arXiv 1807.03888), and than
 * further neighbours (Sun et al. 2022, arXiv 2204.06507, from which the directions are).
 *
 * @param known as keepReadouts gave it.
 */
export function openDistance({ shape, data }: Tensor): Distance {
  const width = shape[1]!;
  const directions = Float32Array.from(data);
  for (let start = 0; start < directions.length; start += width) {
    normalize(directions.subarray(start, start + width));
  }
  return (readout) => {
    const own = normalize(readout.slice());
    let highest = -1;
    for (let start = 0; start < directions.length; start += width) {
      let product = 0;
      for (let index = 0; index < width; index++) product += directions[start + index]! * own[index]!;
      if (product > highest) highest = product;
    }
    return Math.sqrt(Math.max(0, 2 - 2 * highest));
  };
}

/** In place; what has no direction stays as it is. */
function normalize(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (norm > 0) for (let index = 0; index < vector.length; index++) vector[index]! /= norm;
  return vector;
}

/** Of examples that are like what was trained on, the share that is to be called so. */
const KEPT = 0.97;

/**
 * The distance beyond which an example is unlike what the network was trained on: of one more example like the given ones,
 * it loses about 3 %, or where there are few of them, as few as can be told (conformal prediction, Vovk et al. 2005).
 *
 * @param distances of examples that it was not trained on.
 * @returns undefined without any.
 */
export function chooseMaxDistance(distances: readonly number[]): number | undefined {
  const rising = [...distances].sort((one, other) => one - other);
  return rising[Math.min(rising.length, Math.ceil((rising.length + 1) * KEPT)) - 1];
}
