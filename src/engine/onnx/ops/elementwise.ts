import {
  addNode,
  constant,
  type DataType,
  type Dimension,
  differentiable,
  misfit,
  type Shape,
  type Value,
} from '../graph.js';
import { sumTo } from './reduce.js';

/** a + b, broadcast as in NumPy. */
export const add = (a: Value, b: Value): Value => binary('Add', a, b, (dy) => [() => dy, () => dy]);

/** a - b, broadcast as in NumPy. */
export const subtract = (a: Value, b: Value): Value =>
  binary('Sub', a, b, (dy) => [() => dy, () => multiply(dy, scalar(dy, -1))]);

/** a x b, broadcast as in NumPy. */
export const multiply = (a: Value, b: Value): Value =>
  binary('Mul', a, b, (dy) => [() => multiply(dy, b), () => multiply(dy, a)]);

/** a / b, broadcast as in NumPy; not differentiated. */
export const divide = (a: Value, b: Value): Value => binary('Div', a, b, () => [null, null]);

export function tanh(x: Value): Value {
  const y = unary('Tanh', x);
  return differentiable(y, {
    inputs: [x],
    gradients: (dy) => [() => multiply(dy, subtract(scalar(y, 1), multiply(y, y)))],
  });
}

/** 1 / (1 + exp(-x)); not differentiated. */
export const sigmoid = (x: Value): Value => unary('Sigmoid', x);

/** Not differentiated. */
export const squareRoot = (x: Value): Value => unary('Sqrt', x);

/** Natural; not differentiated. */
export const logarithm = (x: Value): Value => unary('Log', x);

/** 1 where x > 0, else 0; not differentiated. */
export function isPositive(x: Value): Value {
  // min(1, max(0, alpha x)): the largest alpha that float32 holds leaves nothing between 0 and 1 but for
  // numbers so small that the processor takes them for 0.
  const attributes = {
    alpha: { kind: 'number', value: 3.4e38 },
    beta: { kind: 'number', value: 0 },
  } as const;
  return addNode('HardSigmoid', { inputs: [x], outputs: [x], attributes })[0]!;
}

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

const unary = (operator: string, x: Value): Value => addNode(operator, { inputs: [x], outputs: [x] })[0]!;

/** `gradients` are those of a and b before they are summed over the axes that were broadcast. */
function binary(
  operator: string,
  a: Value,
  b: Value,
  gradients: (outputGradient: Value) => ReadonlyArray<(() => Value) | null>,
): Value {
  if (a.dtype !== b.dtype) throw misfit(operator, [a, b], 'one data type');
  const shape = broadcastShape(operator, a, b);
  const y = addNode(operator, { inputs: [a, b], outputs: [{ dtype: a.dtype, shape }] })[0]!;
  const inputs = [a, b];
  return differentiable(y, {
    inputs,
    gradients: (dy) =>
      gradients(dy).map((gradient, index) => gradient && (() => sumTo(gradient(), inputs[index]!.shape))),
  });
}

function broadcastShape(operator: string, a: Value, b: Value): Shape {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, axis): Dimension => {
    const [first, second] = [a, b].map((value) => value.shape.at(axis - rank) ?? 1) as [Dimension, Dimension];
    if (first !== second && first !== 1 && second !== 1) {
      throw misfit(operator, [a, b], 'sizes that are equal or 1, aligned at the last axis');
    }
    return first === 1 ? second : first;
  });
}
