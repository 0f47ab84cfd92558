import type { Value } from '../graph.js';
import { multiply, scalar, subtract } from '../ops/elementwise.js';
import { logSoftmax, softmax } from '../ops/matrix.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import type { Feed } from '../session.js';

/**
 * Softmax cross-entropy in nats, summed over the batch, and its gradient by the logits.
 *
 * @param logits float32 [batch, classes]
 * @param targets float32 [batch, classes]; see targetsFeed.
 */
export function crossEntropy(logits: Value, targets: Value): { loss: Value; gradient: Value } {
  const total = sum(multiply(targets, logSoftmax(logits)), [0, 1]);
  const loss = multiply(reshape(total, []), scalar(logits, -1));
  return { loss, gradient: subtract(multiply(softmax(logits), sum(targets, [1])), targets) };
}

/** A step's targets divided by the number of sequences: the loss is the mean over the batch. */
export function targetsFeed(targets: Float32Array, sequences: number): Feed {
  return {
    data: targets.map((target) => target / sequences),
    shape: [sequences, targets.length / sequences],
  };
}
