import type { Value } from '../graph.js';
import { add, multiply, scalar, sigmoid, subtract, tanh } from '../ops/elementwise.js';
import { gemm } from '../ops/matrix.js';
import { concatenate, splitEvenly } from '../ops/shape.js';
import type { Cell } from './recurrent-layer.js';

/**
 * Cho et al. 2014 with the reset behind the matrix product, the gates z (update) and r (reset), the
 * candidate n and the output h:
 *
 *     n = tanh(from input + r (h U + b))        h' = z h + (1 - z) n
 */
export const gruCell: Cell = {
  stateCount: 1,
  forward: ({ projected, state, recurrentKernel, recurrentBias }) => {
    const [output] = state as [Value];
    const [inputUpdate, inputReset, inputNew] = splitEvenly(projected, 3) as Three;
    const plus = recurrentBias ? { plus: recurrentBias } : {};
    const [stateUpdate, stateReset, stateNew] = splitEvenly(gemm(output, recurrentKernel, plus), 3) as Three;
    const z = sigmoid(add(inputUpdate, stateUpdate));
    const r = sigmoid(add(inputReset, stateReset));
    const afterReset = multiply(r, stateNew);
    const n = tanh(add(inputNew, afterReset));
    const updated = multiply(z, subtract(output, n));
    const one = scalar(z, 1);
    return {
      state: [add(n, updated)],
      kept: [
        multiply(updated, subtract(one, z)),
        multiply(afterReset, subtract(one, r)),
        multiply(subtract(one, z), subtract(one, multiply(n, n))),
        r,
        z,
      ],
    };
  },
  backward: ({ gradients, kept }) => {
    const [ofOutput] = gradients as [Value];
    const [byUpdate, byReset, byNew, reset, update] = kept as [Value, Value, Value, Value, Value];
    const ofUpdate = multiply(ofOutput, byUpdate);
    const ofNew = multiply(ofOutput, byNew);
    const ofReset = multiply(ofNew, byReset);
    return {
      projected: concatenate([ofUpdate, ofReset, ofNew], 1),
      recurrent: concatenate([ofUpdate, ofReset, multiply(ofNew, reset)], 1),
      output: multiply(ofOutput, update),
      others: [],
    };
  },
};

type Three = [Value, Value, Value];
