import { addNode, constant, misfit, type Shape, type Value } from '../graph.js';
import { reshape } from './shape.js';

/** The sum over some axes, which stay as axes of size 1; not differentiated. */
export const sum = (x: Value, axes: readonly number[]): Value => reduce('ReduceSum', x, axes);

/** Over some axes, which stay as axes of size 1. */
export function reduce(
  operator: 'ReduceSum' | 'ReduceMax' | 'ReduceMean',
  x: Value,
  axes: readonly number[],
): Value {
  if (axes.some((axis) => x.shape[axis] === undefined))
    throw misfit(operator, [x], `axes ${axes.join(', ')}`);
  const axesInput = constant(x.graph, { shape: [axes.length], data: BigInt64Array.from(axes, BigInt) });
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return addNode(operator, { inputs: [x, axesInput], outputs: [{ dtype: x.dtype, shape }] })[0]!;
}

/** What an input that was broadcast from `shape` gets of a gradient. */
export function sumTo(gradient: Value, shape: Shape): Value {
  const added = gradient.shape.length - shape.length;
  const axes = [...gradient.shape.keys()].filter(
    (axis) => axis < added || (shape[axis - added] === 1 && gradient.shape[axis] !== 1),
  );
  return axes.length === 0 ? gradient : reshape(sum(gradient, axes), shape);
}
