import { addNode, misfit, type Value } from '../graph.js';

/**
 * Matrix product [..., m, k] x [..., k, n] -> [..., m, n]. The axes before the last two are equal, or only
 * one of the two has any: its matrices are then each multiplied with the other's single one.
 */
export function matmul(a: Value, b: Value): Value {
  const [rows, inner] = a.shape.slice(-2);
  const [depth, columns] = b.shape.slice(-2);
  const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const fits =
    a.dtype === b.dtype &&
    rows !== undefined &&
    columns !== undefined &&
    inner === depth &&
    (aBatch.join() === bBatch.join() || aBatch.length === 0 || bBatch.length === 0);
  if (!fits) throw misfit('MatMul', [a, b], '[..., m, k] and [..., k, n] of one data type');
  const shape = [...(aBatch.length > 0 ? aBatch : bBatch), rows, columns];
  return addNode('MatMul', { inputs: [a, b], outputs: [{ dtype: a.dtype, shape }] })[0]!;
}

/** exp(x) / sum(exp(x)) along the last axis. */
export function softmax(x: Value): Value {
  if (x.dtype !== 'float32' || x.shape.length === 0) throw misfit('Softmax', [x], 'float32 with an axis');
  return addNode('Softmax', {
    inputs: [x],
    outputs: [x],
    attributes: { axis: { kind: 'integer', value: -1 } },
  })[0]!;
}
