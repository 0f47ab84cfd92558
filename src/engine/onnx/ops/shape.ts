import { addNode, constant, misfit, type Shape, type Value } from '../graph.js';

/** The same values in the same order under another shape; a named size stays at its axis. */
export function reshape(x: Value, shape: Shape): Value {
  const keeps = (axis: number) => x.shape[axis] === shape[axis];
  const fits =
    product(x.shape) === product(shape) &&
    [...x.shape.keys(), ...shape.keys()].every(
      (axis) => keeps(axis) || (typeof x.shape[axis] !== 'string' && typeof shape[axis] !== 'string'),
    );
  if (!fits)
    throw misfit('Reshape', [x], `as many values as [${shape.join(', ')}], named sizes in their places`);
  // In the ONNX operator a 0 stands for the size that the input has at that axis.
  const target = BigInt64Array.from(shape, (size) => BigInt(typeof size === 'number' ? size : 0));
  const shapeInput = constant(x.graph, { shape: [shape.length], data: target });
  return addNode('Reshape', { inputs: [x, shapeInput], outputs: [{ dtype: x.dtype, shape }] })[0]!;
}

/** Axis i of the result is axis `axes[i]` of x. */
export function transpose(x: Value, axes: readonly number[]): Value {
  if ([...axes].sort().join() !== [...x.shape.keys()].join()) {
    throw misfit('Transpose', [x], `each axis once, not [${axes.join(', ')}]`);
  }
  const shape = axes.map((axis) => x.shape[axis]!);
  return addNode('Transpose', {
    inputs: [x],
    outputs: [{ dtype: x.dtype, shape }],
    attributes: { perm: { kind: 'integers', value: axes } },
  })[0]!;
}

function product(shape: Shape): number {
  return shape.reduce<number>((total, size) => (typeof size === 'number' ? total * size : total), 1);
}
