import { differentiable, type Value } from '../graph.js';
import { divide, isPositive, multiply, scalar, subtract } from './elementwise.js';
import { reduce, sum } from './reduce.js';

/** The largest value over an axis, which stays as one of size 1; of equals, each gets its share of the gradient. */
export function maximum(x: Value, axis: number): Value {
  const y = reduce('ReduceMax', x, [axis]);
  const shares = () => {
    const isLargest = subtract(scalar(x, 1), isPositive(subtract(y, x)));
    return divide(isLargest, sum(isLargest, [axis]));
  };
  return differentiable(y, { inputs: [x], gradients: (dy) => [() => multiply(dy, shares())] });
}
