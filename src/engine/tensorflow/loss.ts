import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Tensorflow } from './load.js';

export interface LossOptions {
  readonly labels: Int32Array;
  readonly labelSmoothing: number;
  readonly classWeights?: Float32Array | undefined;
}

/**
 * Softmax cross-entropy in nats, differentiable: the mean over the batch of each sequence's loss times the
 * weight of its class. As in Keras, it is divided by the number of sequences, not by the sum of their
 * weights, so that a weight means the same whatever else is in the batch.
 *
 * @param logits [B, classes]
 */
export function crossEntropy(tf: Tensorflow, logits: Tensor2D, options: LossOptions): Scalar {
  const { labels, labelSmoothing, classWeights } = options;
  const classes = logits.shape[1];
  const oneHot = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
  const targets = tf.add(tf.mul(oneHot, 1 - labelSmoothing), labelSmoothing / classes);
  const losses: Tensor1D = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1));
  const weights = Float32Array.from(labels, (label) => classWeights?.[label] ?? 1);
  return tf.mean(tf.mul(losses, tf.tensor1d(weights)));
}
