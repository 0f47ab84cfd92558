import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { FeatureBatch, FrameBatch } from '../../inputs/batches.js';
import type { Placement } from '../../network/placement.js';
import type { Standardization } from '../../network/standardize.js';
import type { Tensorflow } from './load.js';

/** A batch's features [B, T, width], with zeros after the lengths whatever lies there. */
export function uploadFeatures(tf: Tensorflow, { data, lengths, timesteps }: FeatureBatch): Tensor3D {
  const width = data.length / (lengths.length * timesteps);
  // Not multiplied by a mask: there may be NaN after a sequence.
  const clean = data.slice();
  lengths.forEach((length, row) => {
    clean.fill(0, (row * timesteps + length) * width, (row + 1) * timesteps * width);
  });
  return tf.tensor3d(clean, [lengths.length, timesteps, width]);
}

/** The valid frames of a batch, one sequence after the other: uint8 RGB [sum of lengths, size, size, 3]. */
export function validFrames({ data, lengths, timesteps }: FrameBatch): Uint8Array {
  const frameBytes = data.length / (lengths.length * timesteps);
  const sequences = Array.from(lengths, (length, row) => {
    const start = row * timesteps * frameBytes;
    return data.subarray(start, start + length * frameBytes);
  });
  return isFull({ lengths, timesteps }) ? data : Buffer.concat(sequences);
}

/**
 * Features of valid frames [sum of lengths, width] -> [B, T, width], with zeros after the lengths;
 * differentiable.
 */
export function placeFeatures(tf: Tensorflow, features: Tensor2D, placement: Placement): Tensor3D {
  const { lengths, timesteps } = placement;
  const shape: [number, number, number] = [lengths.length, timesteps, features.shape[1]];
  if (isFull(placement)) return tf.reshape(features, shape);
  // As a product with zeros and ones, since TensorFlow.js's gradient of a gather is far slower.
  const places = new Float32Array(lengths.length * timesteps * features.shape[0]);
  let frame = 0;
  lengths.forEach((length, row) => {
    for (let time = 0; time < length; time++, frame++) {
      places[(row * timesteps + time) * features.shape[0] + frame] = 1;
    }
  });
  const matrix = tf.tensor2d(places, [lengths.length * timesteps, features.shape[0]]);
  return tf.reshape(tf.matMul(matrix, features), shape);
}

/** Rows of a matrix at some places, [places, width]; differentiable. */
export function takeRows(tf: Tensorflow, rows: Tensor2D, places: Int32Array): Tensor2D {
  // A product likewise.
  const matrix = new Float32Array(places.length * rows.shape[0]);
  places.forEach((place, index) => {
    matrix[index * rows.shape[0] + place] = 1;
  });
  return tf.matMul(tf.tensor2d(matrix, [places.length, rows.shape[0]]), rows);
}

/** Features [B, T, width] as TrainerOptions wants them; differentiable. */
export function standardized(
  tf: Tensorflow,
  features: Tensor3D,
  standardization: Standardization | undefined,
): Tensor3D {
  if (!standardization) return features;
  // A tensor shares the array that it is made of, and these are the caller's.
  const [mean, scale] = [
    tf.tensor1d(standardization.mean.slice()),
    tf.tensor1d(standardization.scale.slice()),
  ];
  return tf.mul(tf.sub(features, mean), scale);
}

const isFull = ({ lengths, timesteps }: Placement): boolean =>
  lengths.every((length) => length === timesteps);
