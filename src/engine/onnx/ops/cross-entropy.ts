import { addNode, constant, differentiable, misfit, type Value } from '../graph.js';
import { add, cast, isPositive, logarithm, multiply, scalar, subtract } from './elementwise.js';
import { isIndices } from './embedding.js';
import { softmax } from './matrix.js';
import { maximum } from './maximum.js';
import { sum } from './reduce.js';
import { fromColumn, toColumn, toRows } from './rows.js';
import { reshape } from './shape.js';

/** What a loss by class index is held against; see indexFeeds (index-feeds.ts). */
export interface WantedClasses {
  /** int32 or int64 [...]: the class of each place, below the number of classes; a negative one is ignored. */
  readonly indices: Value;
  /** float32 [...]: what the loss of each place is multiplied with; 1 / places that count makes the sum a mean. */
  readonly shares: Value;
}

/** What comes of logits that are held against classes. */
export interface ClassLoss {
  /** float32 []; differentiable. */
  readonly loss: Value;
  /** float32 [...]: 1 at each place that counts whose largest logit is that of its class, else 0. */
  readonly hits: Value;
}

/**
 * Softmax cross-entropy in nats of logits [..., classes] by class index: the sum over all places of share x -log
 * softmax(logits)[index], with no one-hot target anywhere. 0 if nothing counts.
 *
 * Its loss is differentiable by the logits.
 */
export function crossEntropy(logits: Value, wanted: WantedClasses): ClassLoss {
  checkWanted('cross-entropy', logits, wanted);
  const rows = toRows(logits);
  const { losses, hits, byLogits } = rowLosses(rows, columnsOf(wanted));
  const loss = differentiable(total(losses), {
    inputs: [rows],
    gradients: (dy) => [() => multiply(byLogits(), dy)],
  });
  return { loss, hits: fromColumn(hits, wanted.indices) };
}

/** One place a row: float32 [rows, 1]; see WantedClasses. */
export interface Columns {
  readonly indices: Value;
  readonly shares: Value;
}

/** Ignored places get the first class, which is there to be read, and a share of 0. */
export function columnsOf({ indices, shares }: WantedClasses): Columns {
  const given = toColumn(indices);
  const counts = add(clipWhole(given, -1, 0), whole(given, 1));
  return {
    indices: clipWhole(given, 0, LARGEST_INDEX),
    shares: multiply(toColumn(shares), cast(counts, 'float32')),
  };
}

export interface RowLosses {
  /** [rows, 1] */
  readonly losses: Value;
  /** [rows, 1]: 1 where the row counts and its largest logit is that of its class, else 0. */
  readonly hits: Value;
  /** Of the sum of losses by the logits, [rows, classes]. */
  readonly byLogits: () => Value;
}

/** Of logits [rows, classes], row by row. */
export function rowLosses(logits: Value, { indices, shares }: Columns): RowLosses {
  const probabilities = softmax(logits);
  const negated = multiply(shares, scalar(shares, -1));
  const below = belowLargest(logits, indices);
  const misses = isPositive(multiply(below, scalar(below, -1)));
  return {
    losses: multiply(add(below, logOfLargest(probabilities)), negated),
    hits: multiply(subtract(scalar(misses, 1), misses), isPositive(shares)),
    byLogits: () => addAt(multiply(probabilities, shares), indices, negated),
  };
}

/**
 * log softmax(logits) at one index a row, [rows, 1]. The logarithm of softmax' denominator is had from its largest
 * value, which is at least 1 / classes: nothing is rounded to 0, and no second array of the logits' size is made.
 */
export function logProbabilities(logits: Value, probabilities: Value, indices: Value): Value {
  return add(belowLargest(logits, indices), logOfLargest(probabilities));
}

const belowLargest = (logits: Value, indices: Value): Value =>
  subtract(pick(logits, indices), maximum(logits, 1));

const logOfLargest = (probabilities: Value): Value => logarithm(maximum(probabilities, 1));

/** One value of each row, [rows, n] -> [rows, 1]. */
function pick(x: Value, indices: Value): Value {
  const outputs = [{ dtype: x.dtype, shape: [x.shape[0]!, 1] }];
  const attributes = { axis: { kind: 'integer', value: 1 } } as const;
  return addNode('GatherElements', { inputs: [x, indices], outputs, attributes })[0]!;
}

/** x [rows, n] and, at one index of each row, what is added there [rows, 1]. */
function addAt(x: Value, indices: Value, added: Value): Value {
  const attributes = {
    axis: { kind: 'integer', value: 1 },
    reduction: { kind: 'text', value: 'add' },
  } as const;
  return addNode('ScatterElements', { inputs: [x, indices, added], outputs: [x], attributes })[0]!;
}

export function total(losses: Value): Value {
  return reshape(sum(losses, [...losses.shape.keys()]), []);
}

/** Of whole numbers. */
export function clipWhole(x: Value, minimum: number, maximum: number): Value {
  const inputs = [x, whole(x, minimum), whole(x, maximum)] as const;
  return addNode('Clip', { inputs, outputs: [x] })[0]!;
}

export const LARGEST_INDEX = 2 ** 31 - 1;

/** A number [] of the data type of `like`, int32 or int64. */
function whole({ graph, dtype }: Value, value: number): Value {
  const data = dtype === 'int32' ? Int32Array.of(value) : BigInt64Array.of(BigInt(value));
  return constant(graph, { shape: [], data });
}

export function checkWanted(operator: string, x: Value, { indices, shares }: WantedClasses): void {
  checkPlaces(operator, x, indices);
  if (shares.dtype !== 'float32' || shares.shape.join() !== indices.shape.join()) {
    throw misfit(operator, [x, indices, shares], 'a float32 share for each index');
  }
}

export function checkPlaces(operator: string, x: Value, indices: Value): void {
  if (!isIndices(indices) || indices.shape.join() !== x.shape.slice(0, -1).join()) {
    throw misfit(operator, [x, indices], '[..., n] and int32 or int64 [...]');
  }
}
