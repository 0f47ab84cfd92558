import { addNode, differentiable, misfit, type Value } from '../graph.js';
import { toColumn, toRows } from './rows.js';

/**
 * The rows of a table at some indices.
 *
 * Onnxruntime refuses an index of `rows` or more, but takes a negative one from the table's end: indexFeed
 * (index-feeds.ts) lets none through.
 *
 * @param table float32 [rows, width], width known.
 * @param indices int32 or int64 [...], each from 0 to rows - 1; the same one may come any number of times.
 * @returns float32 [..., width]; differentiable by the table.
 */
export function lookUp(table: Value, indices: Value): Value {
  const width = table.shape[1];
  const fits = typeof width === 'number' && table.shape.length === 2;
  if (!fits || !isIndices(indices) || indices.shape.length === 0) {
    throw misfit('Gather', [table, indices], '[rows, width], width known, and int32 or int64 [...]');
  }
  const outputs = [{ dtype: table.dtype, shape: [...indices.shape, width] }];
  const y = addNode('Gather', { inputs: [table, indices], outputs })[0]!;
  return differentiable(y, {
    inputs: [table],
    gradients: (dy) => [() => sumRowsAt(dy, indices, table)],
  });
}

export const isIndices = ({ dtype }: Value): boolean => dtype === 'int32' || dtype === 'int64';

/**
 * A table of the shape of `like` of the sums of those rows of x [..., width] that have the same index; zeros elsewhere.
 *
 * By ScatterElements, since ScatterND loses sums where an index comes twice: onnxruntime's threads share the updates out
 * among themselves and add to one row at the same time (microsoft/onnxruntime issue 18048).
 */
function sumRowsAt(x: Value, indices: Value, like: Value): Value {
  const { shape } = like;
  const rows = toRows(x);
  const rowSizes = addNode('Shape', { inputs: [rows], outputs: [{ dtype: 'int64', shape: [2] }] })[0]!;
  const places = addNode('Expand', {
    inputs: [toColumn(indices), rowSizes],
    outputs: [{ dtype: indices.dtype, shape: rows.shape }],
  })[0]!;
  const sizes = addNode('Shape', { inputs: [like], outputs: [{ dtype: 'int64', shape: [2] }] })[0]!;
  const zeros = addNode('ConstantOfShape', { inputs: [sizes], outputs: [{ dtype: x.dtype, shape }] })[0]!;
  const attributes = {
    axis: { kind: 'integer', value: 0 },
    reduction: { kind: 'text', value: 'add' },
  } as const;
  return addNode('ScatterElements', {
    inputs: [zeros, places, rows],
    outputs: [{ dtype: x.dtype, shape }],
    attributes,
  })[0]!;
}
