import type { Value } from './graph.js';
import { add } from './ops/elementwise.js';

/**
 * Adds to a graph what computes the gradients of a scalar by some of its values, in reverse mode: backwards
 * through the ops, each passing on the gradient by its result to its inputs.
 *
 * @param from A value that the scalar is computed from, with the scalar's gradient by it, of its shape.
 * @param by Each must have led to `from.value`.
 * @returns The gradients, in the order and shapes of `by`.
 */
export function gradients(from: { value: Value; gradient: Value }, by: readonly Value[]): Value[] {
  const { derivatives } = from.value.graph;
  const isDependent = dependentValues(from.value, by);
  const found = new Map<Value, Value>([[from.value, from.gradient]]);
  for (const [value, derivative] of [...derivatives].reverse()) {
    const gradient = found.get(value);
    if (!gradient || !isDependent.has(value)) continue;
    const ofInputs = derivative.gradients(gradient);
    derivative.inputs.forEach((input, index) => {
      if (!isDependent.has(input)) return;
      const part = ofInputs[index];
      if (!part) throw new Error(`No gradient passes from ${value.name} to ${input.name}`);
      const sum = found.get(input);
      found.set(input, sum ? add(sum, part()) : part());
    });
  }
  return by.map((value) => {
    const gradient = found.get(value);
    if (!gradient) throw new Error(`${from.value.name} does not depend on ${value.name}`);
    return gradient;
  });
}

/** Those that `by` lead to, themselves included. */
function dependentValues({ graph }: Value, by: readonly Value[]): Set<Value> {
  const dependent = new Set(by);
  for (const [value, { inputs }] of graph.derivatives) {
    if (inputs.some((input) => dependent.has(input))) dependent.add(value);
  }
  return dependent;
}
