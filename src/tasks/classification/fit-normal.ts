import { random } from '../../random.js';
import { dot, type Normal } from './normal.js';

/** A dimension that hardly moves in the examples counts as one that moves by so much. */
const LEAST_DEVIATION = 1e-4;

/** More examples a direction than this, or it is not told from chance. */
const EXAMPLES_PER_DIRECTION = 4;

/** Of a class's covariance, enough for directions that do not lie close together; those that do count alike. */
const ITERATIONS = 60;

/**
 * @param vectors float32 [examples, width].
 * @param options.classes of each example; one for all when absent. Each that there is has an example.
 * @param options.most directions at most.
 */
export function fitNormal(
  vectors: Float32Array,
  options: { width: number; classes?: readonly number[] | undefined; most: number },
): Normal {
  const { width, classes, most } = options;
  const count = vectors.length / width;
  const own = renumbered(classes ?? Array<number>(count).fill(0));
  const means = meansOf(vectors, own, width);
  const scales = scalesOf(vectors, width);
  const rows = centred(vectors, { own, means, scales, width });
  const covariance = covarianceOf(rows, width);
  const kept = Math.min(most, width, Math.floor(count / EXAMPLES_PER_DIRECTION));
  const { directions, variances } = leadingDirections(covariance, { width, count: kept });
  const total = trace(covariance, width);
  const rest = (total - variances.reduce((sum, variance) => sum + variance, 0)) / Math.max(1, width - kept);
  const precision = 1 / Math.max(rest, 1e-3);
  for (const [index, variance] of variances.entries()) {
    const weight = Math.sqrt(Math.max(0, precision - 1 / variance));
    for (let at = index * width; at < (index + 1) * width; at++) directions[at]! *= weight;
  }
  return { means, scales, directions, precision };
}

/** The classes that there are, as whole numbers from 0 in their order. */
function renumbered(labels: readonly number[]): number[] {
  const classes = [...new Set(labels)].sort((one, other) => one - other);
  const places = new Map(classes.map((label, place) => [label, place]));
  return labels.map((label) => places.get(label)!);
}

/** @param own each example's class, of whole numbers from 0 without a gap. */
function meansOf(vectors: Float32Array, own: readonly number[], width: number): Float32Array {
  const counts = new Float64Array(new Set(own).size);
  const sums = new Float64Array(counts.length * width);
  for (const [row, label] of own.entries()) {
    counts[label]! += 1;
    for (let index = 0; index < width; index++) sums[label * width + index]! += vectors[row * width + index]!;
  }
  return Float32Array.from(sums, (sum, index) => sum / counts[Math.floor(index / width)]!);
}

/** 1 / deviation of each dimension over all examples. */
function scalesOf(vectors: Float32Array, width: number): Float32Array {
  const count = vectors.length / width;
  return Float32Array.from({ length: width }, (_, index) => {
    let sum = 0;
    let squares = 0;
    for (let at = index; at < vectors.length; at += width) {
      sum += vectors[at]!;
      squares += vectors[at]! ** 2;
    }
    return 1 / (Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) + LEAST_DEVIATION);
  });
}

/** Each example less its class's mean, scaled. */
function centred(
  vectors: Float32Array,
  {
    own,
    means,
    scales,
    width,
  }: {
    own: readonly number[];
    means: Float32Array;
    scales: Float32Array;
    width: number;
  },
): Float64Array {
  return Float64Array.from(vectors, (value, at) => {
    const row = Math.floor(at / width);
    const index = at - row * width;
    return (value - means[own[row]! * width + index]!) * scales[index]!;
  });
}

/** [examples, width] -> [width, width], around 0. */
function covarianceOf(rows: Float64Array, width: number): Float64Array {
  const covariance = new Float64Array(width * width);
  const count = rows.length / width;
  for (let start = 0; start < rows.length; start += width) {
    for (let one = 0; one < width; one++) {
      const share = rows[start + one]! / count;
      for (let other = 0; other < width; other++)
        covariance[one * width + other]! += share * rows[start + other]!;
    }
  }
  return covariance;
}

function trace(matrix: Float64Array, width: number): number {
  let sum = 0;
  for (let index = 0; index < width; index++) sum += matrix[index * width + index]!;
  return sum;
}

/** By orthogonal iteration: unit directions [count, width] in which a covariance is largest, and the variances along them. */
function leadingDirections(
  covariance: Float64Array,
  { width, count }: { width: number; count: number },
): { directions: Float32Array; variances: number[] } {
  const stream = random(1, 'directions');
  let basis: Float64Array[] = Array.from({ length: count }, () =>
    Float64Array.from({ length: width }, () => stream.normal()),
  );
  orthonormalize(basis);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    basis = basis.map((direction) => multiply(covariance, direction));
    orthonormalize(basis);
  }
  const variances = basis.map((direction) =>
    Math.max(1e-12, dot(direction, multiply(covariance, direction))),
  );
  const directions = new Float32Array(count * width);
  for (const [index, direction] of basis.entries()) directions.set(direction, index * width);
  return { directions, variances };
}

function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const width = vector.length;
  return vector.map((_, row) => dot(matrix.subarray(row * width, (row + 1) * width), vector));
}

/** Less than this share of a direction that is left of it is rounding, which lies anywhere. */
const LEAST_SHARE = 1e-9;

/** Gram-Schmidt, in place. One that nothing is left of becomes 0. */
function orthonormalize(basis: readonly Float64Array[]): void {
  for (const [index, direction] of basis.entries()) {
    const length = Math.sqrt(dot(direction, direction));
    for (const earlier of basis.slice(0, index)) {
      const share = dot(direction, earlier);
      for (let at = 0; at < direction.length; at++) direction[at]! -= share * earlier[at]!;
    }
    const norm = Math.sqrt(dot(direction, direction));
    if (norm <= LEAST_SHARE * length) direction.fill(0);
    else for (let at = 0; at < direction.length; at++) direction[at]! /= norm;
  }
}
