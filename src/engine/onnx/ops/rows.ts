import {
  addNode,
  constant,
  type Dimension,
  differentiable,
  misfit,
  type Shape,
  type Value,
} from '../graph.js';
import { concatenate } from './shape.js';

/*
 * Ops on tokens work on rows, whatever axes these came in, so that one op serves a batch, a batch of sequences and
 * a batch of documents. The leading axes may be of named sizes; they are merged and parted again as a run has them.
 */

/** [..., width] -> [rows, width]; width is known. */
export function toRows(x: Value): Value {
  const width = x.shape.at(-1);
  if (typeof width !== 'number' || x.shape.length < 2)
    throw misfit('Reshape', [x], '[..., width], width known');
  if (x.shape.length === 2) return x;
  const sizes = constant(x.graph, { shape: [2], data: BigInt64Array.of(-1n, BigInt(width)) });
  const rows = reshapeTo(x, sizes, [sizeOfRows(x.shape.slice(0, -1)), width]);
  return differentiable(rows, { inputs: [x], gradients: (dy) => [() => fromRows(dy, x)] });
}

/** [rows, width] -> [..., width]; the leading axes are those of `like` [..., any]. */
export function fromRows(rows: Value, like: Value): Value {
  const leading = like.shape.slice(0, -1);
  const [count, width] = rows.shape;
  if (rows.shape.length !== 2 || typeof width !== 'number' || count !== sizeOfRows(leading)) {
    throw misfit('Reshape', [rows, like], '[rows, width] and as many rows as [..., any] has');
  }
  if (leading.length === 1) return rows;
  const sizes = concatenate([leadingSizes(like), int64(rows, width)], 0);
  const x = reshapeTo(rows, sizes, [...leading, width]);
  return differentiable(x, { inputs: [rows], gradients: (dy) => [() => toRows(dy)] });
}

/** Numbers in any axes as a column, [...] -> [rows, 1]; not differentiated. */
export function toColumn(x: Value): Value {
  const sizes = constant(x.graph, { shape: [2], data: BigInt64Array.of(-1n, 1n) });
  return reshapeTo(x, sizes, [sizeOfRows(x.shape), 1]);
}

/** A column in the axes of `like`, [rows, 1] -> [...]; not differentiated. */
export function fromColumn(column: Value, like: Value): Value {
  if (column.shape.join() !== [sizeOfRows(like.shape), 1].join()) {
    throw misfit('Reshape', [column, like], '[rows, 1] and as many values');
  }
  const sizes = addNode('Shape', {
    inputs: [like],
    outputs: [{ dtype: 'int64', shape: [like.shape.length] }],
  });
  return reshapeTo(column, sizes[0]!, like.shape);
}

/** int64 [1], in the graph of `x`. */
export function int64({ graph }: Value, value: number): Value {
  return constant(graph, { shape: [1], data: BigInt64Array.of(BigInt(value)) });
}

/** int64 [1]: how many rows x [rows, ...] has in a run. */
export function rowCount(x: Value): Value {
  const attributes = { end: { kind: 'integer', value: 1 } } as const;
  return addNode('Shape', { inputs: [x], outputs: [{ dtype: 'int64', shape: [1] }], attributes })[0]!;
}

export function reshapeTo(x: Value, sizes: Value, shape: Shape): Value {
  return addNode('Reshape', { inputs: [x, sizes], outputs: [{ dtype: x.dtype, shape }] })[0]!;
}

function leadingSizes(like: Value): Value {
  const shape = [like.shape.length - 1];
  const attributes = { end: { kind: 'integer', value: -1 } } as const;
  return addNode('Shape', { inputs: [like], outputs: [{ dtype: 'int64', shape }], attributes })[0]!;
}

/** Named as mergeRows of shape.ts names it. */
function sizeOfRows(leading: Shape): Dimension {
  if (leading.length === 1) return leading[0]!;
  const known = leading.filter((size) => typeof size === 'number');
  return known.length === leading.length
    ? known.reduce((total, size) => total * size, 1)
    : leading.join(' x ');
}
