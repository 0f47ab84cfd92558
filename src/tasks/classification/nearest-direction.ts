import type { Tensor } from '../../tensors/tensor.js';

/** Vectors of examples, as directions: float32 [examples, width], unit length. */
export function directionsOf(vectors: Float32Array, width: number): Float32Array {
  const directions = Float32Array.from(vectors);
  for (let start = 0; start < directions.length; start += width) {
    normalize(directions.subarray(start, start + width));
  }
  return directions;
}

/**
 * How far a vector's direction is from the nearest of others, in [0, 2] (Sun et al. 2022, arXiv 2204.06507).
 *
 * @param directions as directionsOf gives them.
 */
export function nearestDirection(directions: Float32Array, width: number): (vector: Float32Array) => number {
  return (vector) => {
    const own = normalize(vector.slice());
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

/** int8 [examples, width]: of each only the direction. */
export function keepDirections(vectors: readonly Float32Array[]): Tensor {
  const width = vectors[0]!.length;
  const data = new Float32Array(vectors.length * width);
  for (const [row, vector] of vectors.entries()) {
    const most = vector.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0) || 1;
    data.set(
      vector.map((value) => Math.round((127 * value) / most)),
      row * width,
    );
  }
  return { shape: [vectors.length, width], data, storage: 'int8' };
}
