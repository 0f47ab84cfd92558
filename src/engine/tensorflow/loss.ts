import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { Tensorflow } from './load.js';

/**
 * Softmax cross-entropy in nats, differentiable: the mean over the batch.
 *
 * @param logits [B, classes]
 * @param targets [B, classes]; see TrainingStep.
 */
export function crossEntropy(tf: Tensorflow, logits: Tensor2D, targets: Tensor2D): Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
}
