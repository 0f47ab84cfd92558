import type { Value } from '../graph.js';
import { add, multiply, scalar, sigmoid, subtract, tanh } from '../ops/elementwise.js';
import { gemm, sumOfProducts } from '../ops/matrix.js';
import type { Cell } from './recurrent-layer.js';

/**
 * Cho et al. 2014 with the reset behind the matrix product, the gates z (update) and r (reset), the
 * candidate n and the output h:
 *
 *     n = tanh(from input + r (h U + b))        h' = z h + (1 - z) n
 */
export const gruCell: Cell = {
  stateCount: 1,
  forward: ({ projected, state, kernels, biases }) => {
    const [output] = state as [Value];
    const [fromUpdate, fromReset, fromNew] = projected as [Value, Value, Value];
    const recurrent = (index: number) => gemm(output, kernels[index]!, { plus: biases[index]! });
    const z = sigmoid(add(fromUpdate, recurrent(0)));
    const r = sigmoid(add(fromReset, recurrent(1)));
    const beforeReset = recurrent(2);
    const afterReset = multiply(r, beforeReset);
    const n = tanh(add(fromNew, afterReset));
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
  backward: ({ gradients, kept, kernels }) => {
    const [outputGradient] = gradients as [Value];
    const [byUpdate, byReset, byNew, reset, update] = kept as [Value, Value, Value, Value, Value];
    const ofUpdate = multiply(outputGradient, byUpdate);
    const ofNew = multiply(outputGradient, byNew);
    const ofReset = multiply(ofNew, byReset);
    const recurrent = [ofUpdate, ofReset, multiply(ofNew, reset)];
    return {
      gradients: [sumOfProducts(recurrent, kernels, multiply(outputGradient, update))],
      projected: [ofUpdate, ofReset, ofNew],
      recurrent,
    };
  },
};
