import type { Loss } from '../../../network/losses.js';
import type { Value } from '../graph.js';
import { multiply, scalar, subtract } from '../ops/elementwise.js';
import { logSoftmax, softmax } from '../ops/matrix.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import type { Feed } from '../session.js';

/** The inputs of a loss; see lossFeeds. */
export interface Wanted {
  /** float32 [batch, classes] */
  readonly targets: Value;
  /** float32 [batch, 1] */
  readonly shares: Value;
}

/** A step's loss [] and its gradient by the logits. @param logits float32 [batch, classes] */
export const LOSSES: Readonly<
  Record<Loss, (logits: Value, wanted: Wanted) => { loss: Value; gradient: Value }>
> = { 'cross-entropy': crossEntropy, squares };

/**
 * What a loss reads: a step's targets, and what each sequence's sum of losses is multiplied with so that the loss is
 * their mean. Rows that are filled up with zeros count nothing.
 */
export function lossFeeds(
  loss: Loss,
  { targets, sequences }: { targets: Float32Array; sequences: number },
): Record<keyof Wanted, Feed> {
  const classes = targets.length / sequences;
  const terms: Record<Loss, number> = { 'cross-entropy': sequences, squares: sequences * classes };
  return {
    targets: { data: targets, shape: [sequences, classes] },
    shares: { data: new Float32Array(sequences).fill(1 / terms[loss]), shape: [sequences, 1] },
  };
}

/** Softmax cross-entropy in nats. */
function crossEntropy(logits: Value, { targets, shares }: Wanted): { loss: Value; gradient: Value } {
  const shared = multiply(targets, shares);
  const total = sum(multiply(shared, logSoftmax(logits)), [0, 1]);
  const loss = multiply(reshape(total, []), scalar(logits, -1));
  return { loss, gradient: subtract(multiply(softmax(logits), sum(shared, [1])), shared) };
}

function squares(logits: Value, { targets, shares }: Wanted): { loss: Value; gradient: Value } {
  const difference = subtract(logits, targets);
  const shared = multiply(difference, shares);
  const total = sum(multiply(difference, shared), [0, 1]);
  return { loss: reshape(total, []), gradient: multiply(shared, scalar(logits, 2)) };
}
