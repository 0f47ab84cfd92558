import {
  addNode,
  constant,
  type Dimension,
  differentiable,
  misfit,
  type Shape,
  type Value,
} from '../graph.js';

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
  const y = addNode('Reshape', { inputs: [x, shapeInput], outputs: [{ dtype: x.dtype, shape }] })[0]!;
  return differentiable(y, { inputs: [x], gradients: (dy) => [() => reshape(dy, x.shape)] });
}

/** Axis i of the result is axis `axes[i]` of x. */
export function transpose(x: Value, axes: readonly number[]): Value {
  if ([...axes].sort().join() !== [...x.shape.keys()].join()) {
    throw misfit('Transpose', [x], `each axis once, not [${axes.join(', ')}]`);
  }
  const shape = axes.map((axis) => x.shape[axis]!);
  const attributes = { perm: { kind: 'integers', value: axes } } as const;
  const y = addNode('Transpose', { inputs: [x], outputs: [{ dtype: x.dtype, shape }], attributes })[0]!;
  const back = axes.map((_, axis) => axes.indexOf(axis));
  return differentiable(y, { inputs: [x], gradients: (dy) => [() => transpose(dy, back)] });
}

/** One axis cut into parts of these sizes; not differentiated. */
export function split(x: Value, axis: number, sizes: readonly number[]): Value[] {
  if (sizes.reduce((total, size) => total + size, 0) !== x.shape[axis]) {
    throw misfit('Split', [x], `axis ${axis} of size ${sizes.join(' + ')}`);
  }
  const sizesInput = constant(x.graph, { shape: [sizes.length], data: BigInt64Array.from(sizes, BigInt) });
  return addNode('Split', {
    inputs: [x, sizesInput],
    outputs: sizes.map((size) => ({ dtype: x.dtype, shape: replaced(x.shape, axis, size) })),
    attributes: { axis: { kind: 'integer', value: axis } },
  });
}

/** The last axis cut into parts of one size; not differentiated. */
export function splitEvenly(x: Value, count: number): Value[] {
  const axis = x.shape.length - 1;
  return split(x, axis, Array<number>(count).fill(Number(x.shape[axis]) / count));
}

/** Zeros after the values of one axis, until it has that size. */
export function padEnd(x: Value, axis: number, size: number): Value {
  const given = x.shape[axis];
  if (typeof given !== 'number' || given > size) throw misfit('Pad', [x], `at most ${size} at axis ${axis}`);
  if (given === size) return x;
  const rank = x.shape.length;
  const data = BigInt64Array.from({ length: 2 * rank }, (_, index) =>
    index === rank + axis ? BigInt(size - given) : 0n,
  );
  const pads = constant(x.graph, { shape: [2 * rank], data });
  const shape = replaced(x.shape, axis, size);
  const y = addNode('Pad', { inputs: [x, pads], outputs: [{ dtype: x.dtype, shape }] })[0]!;
  const gradient = (dy: Value) => split(dy, axis, [given, size - given])[0]!;
  return differentiable(y, { inputs: [x], gradients: (dy) => [() => gradient(dy)] });
}

/** Along one axis the values at these places; not differentiated. */
export function take(x: Value, axis: number, places: readonly number[]): Value {
  const data = BigInt64Array.from(places, BigInt);
  const indices = constant(x.graph, { shape: [places.length], data });
  const shape = replaced(x.shape, axis, places.length);
  const attributes = { axis: { kind: 'integer', value: axis } } as const;
  return addNode('Gather', { inputs: [x, indices], outputs: [{ dtype: x.dtype, shape }], attributes })[0]!;
}

/** Values of the same shape but for one axis, one after the other along that axis. */
export function concatenate(parts: readonly [Value, ...Value[]], axis: number): Value {
  const sizes = parts.map(({ shape }) => shape[axis]);
  const [{ dtype, shape }] = parts;
  const known = sizes.filter((size) => typeof size === 'number');
  const total = known.reduce((sum, size) => sum + size, 0);
  const joined = replaced(shape, axis, total);
  const fits = parts.every((part) => replaced(part.shape, axis, total).join() === joined.join());
  if (!fits || known.length < parts.length) {
    throw misfit('Concat', parts, `shapes that differ at axis ${axis} only, where they are known`);
  }
  const attributes = { axis: { kind: 'integer', value: axis } } as const;
  const y = addNode('Concat', { inputs: parts, outputs: [{ dtype, shape: joined }], attributes })[0]!;
  return differentiable(y, {
    inputs: parts,
    gradients: (dy) => split(dy, axis, known).map((part) => () => part),
  });
}

/** [a, b, c] -> [a x b, c], where a and b may be named sizes; not differentiated. */
export function mergeRows(x: Value): Value {
  const [outer, inner, width] = x.shape;
  if (outer === undefined || inner === undefined || typeof width !== 'number' || x.shape.length !== 3) {
    throw misfit('Reshape', [x], '[a, b, c] of which c is known');
  }
  return reshapeAtRun(x, constant(x.graph, { shape: [2], data: BigInt64Array.of(-1n, BigInt(width)) }), [
    `${outer} x ${inner}`,
    width,
  ]);
}

/** [a x b, c] -> [a, b, c] with a and b the first two sizes of `like`; not differentiated. */
export function splitRows(x: Value, like: Value): Value {
  const [outer, inner] = like.shape;
  const [rows, width] = x.shape;
  if (rows !== `${outer} x ${inner}` || typeof width !== 'number') {
    throw misfit('Reshape', [x, like], '[a x b, c] and [a, b, ...]');
  }
  return reshapeAtRun(x, sizesOf(like, { axes: [0, 2], width }), like.shape.slice(0, 2).concat(width));
}

/** Zeros [b, width], b being the size of the second axis of `like`. */
export function zeroRows(like: Value, width: number): Value {
  const shape: Dimension[] = [like.shape[1]!, width];
  const sizes = sizesOf(like, { axes: [1, 2], width });
  return addNode('ConstantOfShape', { inputs: [sizes], outputs: [{ dtype: 'float32', shape }] })[0]!;
}

/** int64: the sizes that `x` has in a run at some axes, from one to before another, and one more. */
function sizesOf(x: Value, { axes: [start, end], width }: { axes: [number, number]; width: number }): Value {
  const attributes = {
    start: { kind: 'integer', value: start },
    end: { kind: 'integer', value: end },
  } as const;
  const outputs = [{ dtype: 'int64', shape: [end - start] }] as const;
  const sizes = addNode('Shape', { inputs: [x], outputs, attributes })[0]!;
  return concatenate([sizes, constant(x.graph, { shape: [1], data: BigInt64Array.of(BigInt(width)) })], 0);
}

function reshapeAtRun(x: Value, sizes: Value, shape: Shape): Value {
  return addNode('Reshape', { inputs: [x, sizes], outputs: [{ dtype: x.dtype, shape }] })[0]!;
}

function product(shape: Shape): number {
  return shape.reduce<number>((total, size) => (typeof size === 'number' ? total * size : total), 1);
}

function replaced(shape: Shape, axis: number, size: Dimension): Shape {
  return shape.map((given, index) => (index === axis ? size : given));
}
