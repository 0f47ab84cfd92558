import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { ATTENTION, type Readout } from '../../network/readouts.js';
import { directionsOf, type RecurrentLevel, widthOf } from '../../network/recurrent.js';
import { segmentPenalties } from '../../network/segments.js';
import { runDifferentiable } from './kernels.js';
import type { Tensorflow } from './load.js';
import type { Values } from './parameter-tensors.js';

export interface ReadoutInput {
  readonly level: RecurrentLevel;
  readonly values: Values;
  /** [T, B, width], the last recurrent layer's outputs. */
  readonly sequence: Tensor3D;
  readonly lengths: Int32Array;
}

export interface ReadoutResult {
  /** [B, readoutWidth] */
  readonly readout: Tensor2D;
  /** [B, T]; where the readout attends. */
  readonly attention?: Tensor2D;
}

/** One vector a sequence, in which padding weighs nothing. Null where this engine has none; see refused.ts. */
type ReadOut = (tf: Tensorflow, input: ReadoutInput) => ReadoutResult;

export const READOUTS: Readonly<Record<Readout, ReadOut | null>> = {
  last: (tf, input) => {
    const weights = weightsOverTime(tf, input, ({ time, length, direction }) =>
      time === (direction === 'forward' ? length - 1 : 0) ? 1 : 0,
    );
    return { readout: weightedSum(tf, input, weights) };
  },
  mean: (tf, input) => ({ readout: mean(tf, input) }),
  attention: attended,
  pooled: (tf, input) => {
    const { readout, attention } = attended(tf, input);
    return { readout: tf.concat2d([largest(tf, input), mean(tf, input), readout], 1), attention };
  },
  hierarchical,
  every: null,
};

function mean(tf: Tensorflow, input: ReadoutInput): Tensor2D {
  const weights = weightsOverTime(tf, input, ({ time, length }) => (time < length ? 1 / length : 0));
  return weightedSum(tf, input, weights);
}

function attended(tf: Tensorflow, input: ReadoutInput): Required<ReadoutResult> {
  const attention = attentionWeights(tf, input);
  const [batch, timesteps] = attention.shape;
  const weights = tf.reshape(tf.transpose(attention), [timesteps, batch, 1, 1]);
  return { readout: weightedSum(tf, input, weights), attention };
}

/** The largest value over the valid timesteps, [B, width]; of equals, each gets its share of the gradient. */
function largest(tf: Tensorflow, { sequence, lengths }: ReadoutInput): Tensor2D {
  const [timesteps, batch] = sequence.shape;
  const excluded = Array.from({ length: timesteps }, (_, time) =>
    [...lengths].map((length) => (time < length ? 0 : EXCLUDED)),
  );
  const penalized = tf.add(sequence, tf.tensor3d(excluded.flat(), [timesteps, batch, 1]));
  return runDifferentiable<Tensor2D>(tf, {
    inputs: [penalized],
    forward: () => ({ value: tf.max(penalized, 0), saved: [penalized] }),
    gradients: (gradient, [saved]) => {
      const isLargest = tf.cast(tf.equal(saved!, tf.max(saved!, 0, true)), 'float32');
      return [tf.mul(gradient, tf.div(isLargest, tf.sum(isLargest, 0, true)))];
    },
  });
}

/** @param weights [T, B, directions, 1], or 1 in place of the directions. */
function weightedSum(tf: Tensorflow, { level, sequence }: ReadoutInput, weights: Tensor): Tensor2D {
  const [timesteps, batch] = sequence.shape;
  const [directions, width] = [directionsOf(level).length, widthOf(level)];
  const byDirection = tf.reshape(sequence, [timesteps, batch, directions, width / directions]);
  return tf.reshape(tf.sum(tf.mul(byDirection, weights), 0), [batch, width]);
}

interface Place {
  readonly time: number;
  readonly length: number;
  readonly direction: 'forward' | 'backward';
}

function weightsOverTime(
  tf: Tensorflow,
  { level, sequence, lengths }: ReadoutInput,
  weigh: (place: Place) => number,
): Tensor {
  const directions = directionsOf(level);
  const times = [...Array(sequence.shape[0]).keys()];
  const weights = times.flatMap((time) =>
    [...lengths].flatMap((length) => directions.map((direction) => weigh({ time, length, direction }))),
  );
  return tf.tensor4d(weights, [times.length, lengths.length, directions.length, 1]);
}

/** Each segment attends to all timesteps, those of others excluded; then the segments are attended to. */
function hierarchical(
  tf: Tensorflow,
  { level, values, sequence, lengths }: ReadoutInput,
): Required<ReadoutResult> {
  const [timesteps, batch, width] = sequence.shape;
  const penalties = segmentPenalties(level, { lengths, timesteps, penalty: EXCLUDED });
  const { segments } = penalties;
  const within = tf.tensor3d(penalties.within, [batch, segments, timesteps]);
  const between = tf.tensor2d(penalties.between, [batch, segments]);
  const bySequence = tf.transpose(sequence, [1, 0, 2]);
  const scores = scoresOf(tf, { level, values, name: ATTENTION.timesteps, vectors: bySequence });
  const inSegments = tf.softmax(tf.add<Tensor3D>(tf.reshape(scores, [batch, 1, timesteps]), within));
  const vectors = tf.matMul<Tensor3D>(inSegments, bySequence);
  const segmentScores = scoresOf(tf, { level, values, name: ATTENTION.segments, vectors });
  const shares = tf.softmax(tf.add<Tensor2D>(segmentScores, between));
  const ofSegments = tf.reshape(shares, [batch, 1, segments]);
  return {
    readout: tf.reshape(tf.matMul(ofSegments, vectors), [batch, width]),
    attention: tf.reshape(tf.matMul(ofSegments, inSegments), [batch, timesteps]),
  };
}

/** score . tanh(W v + b) of vectors [m, n, width], with the parameters of that prefix: [m, n]. */
function scoresOf(
  tf: Tensorflow,
  {
    level,
    values,
    name,
    vectors,
  }: { level: RecurrentLevel; values: Values; name: string; vectors: Tensor3D },
): Tensor2D {
  const [outer, inner, width] = vectors.shape;
  // recurrentParameters gives these three shapes.
  const prefix = `${level.prefix ?? ''}${name}`;
  const kernel = values.get(`${prefix}.kernel`) as Tensor2D;
  const bias = values.get(`${prefix}.bias`) as Tensor1D;
  const score = values.get(`${prefix}.score`) as Tensor1D;
  const hidden = tf.tanh(tf.add(tf.matMul(tf.reshape(vectors, [outer * inner, width]), kernel), bias));
  return tf.reshape(tf.sum(tf.mul(hidden, score), 1), [outer, inner]);
}

/** softmax of scores over the valid timesteps: [B, T]. */
function attentionWeights(tf: Tensorflow, { level, values, sequence, lengths }: ReadoutInput): Tensor2D {
  const [timesteps, batch] = sequence.shape;
  const scores = tf.transpose(scoresOf(tf, { level, values, name: ATTENTION.timesteps, vectors: sequence }));
  const excluded = [...lengths].flatMap((length) =>
    Array.from({ length: timesteps }, (_, time) => (time < length ? 0 : EXCLUDED)),
  );
  return tf.softmax(tf.add(scores, tf.tensor2d(excluded, [batch, timesteps])));
}

/** Scores are at most the sum of |score|: beside them, exp of this is exactly zero in float32. */
const EXCLUDED = -1e9;
