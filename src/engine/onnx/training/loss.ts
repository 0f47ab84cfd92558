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

/**
 * What crossEntropy wants each sequence to be, times the weight of its class, divided by the number of
 * sequences: the loss is the mean over the batch. As in Keras, it is not divided by the sum of the weights,
 * so that a weight means the same whatever else is in the batch.
 */
export function targetsFeed(
  labels: Int32Array,
  options: { classes: number; labelSmoothing: number; classWeights: Float32Array | undefined },
): Feed {
  const { classes, labelSmoothing, classWeights } = options;
  const data = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    const share = (classWeights?.[label] ?? 1) / labels.length;
    data.fill((share * labelSmoothing) / classes, row * classes, (row + 1) * classes);
    data[row * classes + label]! += share * (1 - labelSmoothing);
  });
  return { data, shape: [labels.length, classes] };
}
