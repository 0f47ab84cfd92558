import { addNode, type Dimension, differentiable, misfit, type Value } from '../graph.js';
import { multiply, subtract } from './elementwise.js';
import { sum, sumTo } from './reduce.js';
import { transpose } from './shape.js';

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
  const y = addNode('MatMul', { inputs: [a, b], outputs: [{ dtype: a.dtype, shape }] })[0]!;
  return differentiable(y, {
    inputs: [a, b],
    gradients: (dy) => [
      () => sumTo(matmul(dy, swapLastAxes(b)), a.shape),
      () => sumTo(matmul(swapLastAxes(a), dy), b.shape),
    ],
  });
}

/**
 * a b + plus of matrices, where `transposeA` and `transposeB` turn a and b round first: [m, k] x [k, n] ->
 * [m, n]. `plus` is [m, n], or [n] for every row. Not differentiated.
 */
export function gemm(
  a: Value,
  b: Value,
  options: { plus?: Value | undefined; transposeA?: boolean; transposeB?: boolean } = {},
): Value {
  const { plus, transposeA = false, transposeB = false } = options;
  const [rows, inner] = oriented(a, transposeA);
  const [depth, columns] = oriented(b, transposeB);
  const expected = [[rows, columns].join(), `${columns}`];
  const fits = a.shape.length === 2 && b.shape.length === 2 && inner === depth;
  if (!fits || (plus && !expected.includes(plus.shape.join()))) {
    throw misfit('Gemm', plus ? [a, b, plus] : [a, b], '[m, k], [k, n] and [m, n] or [n]');
  }
  return addNode('Gemm', {
    inputs: plus ? [a, b, plus] : [a, b],
    outputs: [{ dtype: a.dtype, shape: [rows!, columns!] }],
    attributes: {
      transA: { kind: 'integer', value: Number(transposeA) },
      transB: { kind: 'integer', value: Number(transposeB) },
    },
  })[0]!;
}

/** exp(x) / sum(exp(x)) along the last axis. */
export function softmax(x: Value): Value {
  const y = alongLastAxis('Softmax', x);
  return differentiable(y, {
    inputs: [x],
    gradients: (dy) => [() => multiply(subtract(dy, sum(multiply(dy, y), [x.shape.length - 1])), y)],
  });
}

/** log(softmax(x)), exact where softmax would round to 0; not differentiated. */
export const logSoftmax = (x: Value): Value => alongLastAxis('LogSoftmax', x);

function alongLastAxis(operator: string, x: Value): Value {
  if (x.dtype !== 'float32' || x.shape.length === 0) throw misfit(operator, [x], 'float32 with an axis');
  const attributes = { axis: { kind: 'integer', value: -1 } } as const;
  return addNode(operator, { inputs: [x], outputs: [x], attributes })[0]!;
}

function swapLastAxes(x: Value): Value {
  const axes = [...x.shape.keys()];
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** Shape of a matrix, or of the matrix turned round. */
function oriented({ shape }: Value, isTransposed: boolean): [Dimension | undefined, Dimension | undefined] {
  return isTransposed ? [shape[1], shape[0]] : [shape[0], shape[1]];
}
