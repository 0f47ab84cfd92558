import type { Value } from '../graph.js';
import { add, multiply, scalar, sigmoid, subtract, tanh } from '../ops/elementwise.js';
import { gemm } from '../ops/matrix.js';
import type { CellStep, OnnxCell } from './cell.js';

/**
 * Cho et al. 2014 with the reset after the matrix product, the gates z (update) and r (reset), the
 * candidate n and the output h:
 *
 *     n = tanh(from input + r (h U + b))        h' = z h + (1 - z) n
 */
const step: CellStep = {
  forward: ({ projected, state, recurrentKernels, recurrentBiases }) => {
    const [output] = state as [Value];
    const product = (gate: number, plus: Value) => gemm(output, recurrentKernels[gate]!, { plus });
    const [biasUpdate, biasReset, biasNew] = recurrentBiases as Three;
    const [inputUpdate, inputReset, inputNew] = projected as Three;
    const z = sigmoid(product(0, add(inputUpdate, biasUpdate)));
    const r = sigmoid(product(1, add(inputReset, biasReset)));
    const afterReset = multiply(r, product(2, biasNew));
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
      projected: [ofUpdate, ofReset, ofNew],
      recurrent: [ofUpdate, ofReset, multiply(ofNew, reset)],
      output: multiply(ofOutput, update),
      others: [],
    };
  },
};

export const gruCell: OnnxCell<'gru'> = {
  fused: {
    operator: 'GRU',
    gates: ['update', 'reset', 'new'],
    // The reset gate is applied after the matrix product.
    attributes: { linear_before_reset: 1 },
  },
  step,
};

type Three = [Value, Value, Value];
