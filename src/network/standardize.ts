import { requireTensor, type Tensor, type Weights } from '../tensors/tensor.js';
import { attentionsOf, cellName, directionsOf, type RecurrentNetwork } from './recurrent.js';
import { HEAD } from './recurrent-parameters.js';

/** Each feature x becomes (x - mean) x scale. */
export interface Standardization {
  /** float32 [inputs], as is the scale. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/**
 * Smallest deviation that counts as one: a feature that hardly ever changes would otherwise become as loud
 * as the others.
 */
const SMALLEST_DEVIATION = 1e-3;

/**
 * What brings features to mean 0 and deviation 1. The vectors come in parts, of which none is kept: the same vectors
 * in the same order give the same bits, however they are parted.
 *
 * @param parts float32 [count, width] each, at least one vector in all.
 */
export async function standardizationOf(
  parts: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  width: number,
): Promise<Standardization> {
  const sums = new CompensatedSums(width);
  const squares = new CompensatedSums(width);
  let count = 0;
  for await (const vectors of parts) {
    for (let start = 0; start < vectors.length; start += width) {
      for (let index = 0; index < width; index++) {
        const value = vectors[start + index]!;
        sums.add(index, value);
        // Exact: the square of a float32 fits into a float64.
        squares.add(index, value * value);
      }
    }
    count += vectors.length / width;
  }
  const means = sums.totals().map((sum) => sum / count);
  const scale = Float32Array.from(squares.totals(), (square, index) => {
    const variance = Math.max(0, square / count - means[index]! ** 2);
    return 1 / (Math.sqrt(variance) + SMALLEST_DEVIATION);
  });
  return { mean: Float32Array.from(means), scale };
}

/**
 * Sums in float64 whose error does not grow with the number of terms (Neumaier 1974): a variance is a small difference
 * of two large sums, of which plain ones lose the last digits in long trainings.
 */
class CompensatedSums {
  readonly #sums: Float64Array;
  /** What rounding took from each sum. */
  readonly #lost: Float64Array;

  constructor(width: number) {
    this.#sums = new Float64Array(width);
    this.#lost = new Float64Array(width);
  }

  add(index: number, term: number): void {
    const before = this.#sums[index]!;
    const after = before + term;
    // The error of an addition, without a branch (Knuth, The Art of Computer Programming, volume 2, 4.2.2).
    const added = after - before;
    this.#lost[index]! += before - (after - added) + (term - added);
    this.#sums[index] = after;
  }

  totals(): Float64Array {
    return this.#sums.map((sum, index) => sum + this.#lost[index]!);
  }
}

/** Vectors of the mean's width one after the other, standardized. */
export function standardize(vectors: Float32Array, { mean, scale }: Standardization): Float32Array {
  const width = mean.length;
  const result = new Float32Array(vectors.length);
  for (let start = 0; start < vectors.length; start += width) {
    for (let index = 0; index < width; index++) {
      result[start + index] = (vectors[start + index]! - mean[index]!) * scale[index]!;
    }
  }
  return result;
}

/**
 * Weights with the standardization of the features that they read beside them, as stages of a training hand them on.
 * It stays apart until the last one's end: weights that it is folded into differ in size by as much as the features'
 * deviations do, while Adam's steps are as long for one as for the other.
 */
export function withStandardization(weights: Weights, { mean, scale }: Standardization): Weights {
  const vector = (data: Float32Array): Tensor => ({ shape: [data.length], data });
  return new Map([...weights, [MEAN, vector(mean)], [SCALE, vector(scale)]]);
}

/** What withStandardization put beside them. */
export function standardizationBeside(weights: Weights): Standardization | undefined {
  const [mean, scale] = [weights.get(MEAN), weights.get(SCALE)];
  return mean && scale && { mean: mean.data, scale: scale.data };
}

/** Weights that read features as they are: what lies beside them, if anything does, is folded into them. */
export function withoutStandardization(network: RecurrentNetwork, weights: Weights): Weights {
  const standardization = standardizationBeside(weights);
  if (!standardization) return weights;
  const own = new Map([...weights].filter(([name]) => name !== MEAN && name !== SCALE));
  return foldStandardization(network, own, standardization);
}

const MEAN = 'standardization.mean';
const SCALE = 'standardization.scale';

/**
 * Weights that make of features what the given ones make of standardized features: whatever reads them is linear
 * in them, so that nothing is left to be done when the network predicts.
 */
export function foldStandardization(
  network: RecurrentNetwork,
  weights: Weights,
  standardization: Standardization,
): Weights {
  const folded = new Map(weights);
  for (const { kernel, bias } of readersOf(network)) {
    const changed = foldInto(requireTensor(weights, kernel), requireTensor(weights, bias), standardization);
    folded.set(kernel, changed.kernel).set(bias, changed.bias);
  }
  return folded;
}

/** The reverse: weights that make of standardized features what the given ones make of the features themselves. */
export function unfoldStandardization(
  network: RecurrentNetwork,
  weights: Weights,
  { mean, scale }: Standardization,
): Weights {
  return foldStandardization(network, weights, {
    mean: mean.map((value, index) => -value * scale[index]!),
    scale: scale.map((value) => 1 / value),
  });
}

/** The parameters that features are multiplied with. */
function readersOf(network: RecurrentNetwork): Array<{ kernel: string; bias: string }> {
  if (network.layers > 0) {
    return directionsOf(network).map((direction) => named(cellName(network, 0, direction)));
  }
  if (network.upper) throw new Error('Below an upper level, there is no network without recurrent layers');
  return [HEAD, ...attentionsOf(network)].map(named);
}

const named = (name: string) => ({ kernel: `${name}.kernel`, bias: `${name}.bias` });

/**
 * (x - mean) scale K + b = x (scale K) + (b - mean scale K). A pooled head reads the features several times over:
 * its kernel has a row for each feature and time. A GRU's bias has a second row, which is not the input's.
 */
function foldInto(
  kernel: Tensor,
  bias: Tensor,
  { mean, scale }: Standardization,
): { kernel: Tensor; bias: Tensor } {
  const columns = kernel.shape[1]!;
  const scaled = kernel.data.map(
    (value, index) => value * scale[Math.floor(index / columns) % scale.length]!,
  );
  const offsets = new Float64Array(columns);
  scaled.forEach((value, index) => {
    offsets[index % columns]! += mean[Math.floor(index / columns) % mean.length]! * value;
  });
  const moved = bias.data.map((value, index) => (index < columns ? value - offsets[index]! : value));
  return { kernel: { ...kernel, data: scaled }, bias: { ...bias, data: moved } };
}
