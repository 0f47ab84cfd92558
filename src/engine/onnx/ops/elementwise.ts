import { addNode, constant, type DataType, type Dimension, misfit, type Value } from '../graph.js';

/** a + b, broadcast as in NumPy. */
export const add = (a: Value, b: Value): Value => binary('Add', a, b);

/** a - b, broadcast as in NumPy. */
export const subtract = (a: Value, b: Value): Value => binary('Sub', a, b);

/** a x b, broadcast as in NumPy. */
export const multiply = (a: Value, b: Value): Value => binary('Mul', a, b);

export const tanh = (x: Value): Value => addNode('Tanh', { inputs: [x], outputs: [x] })[0]!;

/** Each value, but no less than `minimum` and no more than `maximum`. */
export function clip(x: Value, minimum: number, maximum: number): Value {
  if (x.dtype !== 'float32') throw misfit('Clip', [x], 'float32');
  return addNode('Clip', { inputs: [x, scalar(x, minimum), scalar(x, maximum)], outputs: [x] })[0]!;
}

/** The same numbers in another data type. */
export function cast(x: Value, dtype: DataType): Value {
  const attributes = { to: { kind: 'dtype', value: dtype } } as const;
  return addNode('Cast', { inputs: [x], outputs: [{ dtype, shape: x.shape }], attributes })[0]!;
}

/** A float32 number, shape [], in the graph of `x`. */
export function scalar({ graph }: Value, value: number): Value {
  return constant(graph, { shape: [], data: Float32Array.of(value) });
}

function binary(operator: string, a: Value, b: Value): Value {
  if (a.dtype !== b.dtype) throw misfit(operator, [a, b], 'one data type');
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape = Array.from({ length: rank }, (_, axis): Dimension => {
    const [first, second] = [a, b].map((value) => value.shape.at(axis - rank) ?? 1) as [Dimension, Dimension];
    if (first !== second && first !== 1 && second !== 1) {
      throw misfit(operator, [a, b], 'sizes that are equal or 1, aligned at the last axis');
    }
    return first === 1 ? second : first;
  });
  return addNode(operator, { inputs: [a, b], outputs: [{ dtype: a.dtype, shape }] })[0]!;
}
