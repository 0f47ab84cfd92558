import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { FOCUS, type Loss } from '../../network/losses.js';
import type { Tensorflow } from './load.js';

type ComputeLoss = (tf: Tensorflow, logits: Tensor2D, targets: Tensor2D) => Scalar;

/** Differentiable. Logits and targets are [B, classes]; see engine.ts. Null where this engine has none; see refused.ts. */
export const LOSSES: Readonly<Record<Loss, ComputeLoss | null>> = {
  'cross-entropy': (tf, logits, targets) =>
    tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1))),
  focal: (tf, logits, targets) => {
    const missed = tf.pow(tf.sub(1, tf.softmax(logits)), FOCUS);
    return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.mul(missed, tf.logSoftmax(logits))), 1)));
  },
  'sparse-cross-entropy': null,
  'adaptive-cross-entropy': null,
  'sampled-cross-entropy': null,
  squares: (tf, logits, targets) => tf.mean(tf.square(tf.sub(logits, targets))),
};
