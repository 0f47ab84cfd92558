import type { Weights } from '../tensors/tensor.js';

/*
 * Names of the optimizer's values in Trainer.state: one of each moment for every parameter, after these
 * prefixes, and the step count.
 */
export const FIRST_MOMENT = 'adam.m.';
export const SECOND_MOMENT = 'adam.v.';
export const STEP_COUNT = 'adam.step';

/** The values whose names begin so, under what follows in their names. */
export function withoutPrefix(state: Weights, prefix: string): Weights {
  const named = [...state].filter(([name]) => name.startsWith(prefix));
  return new Map(named.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
