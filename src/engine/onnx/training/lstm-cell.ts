import type { Value } from '../graph.js';
import { add, multiply, sigmoid, subtract, tanh } from '../ops/elementwise.js';
import { gemm, sumOfProducts } from '../ops/matrix.js';
import type { Cell } from './recurrent-layer.js';

/**
 * Gers et al. 2000, with the gates i, f, o, the candidate g, the memory c and the output h:
 *
 *     c' = f c + i g        h' = o tanh(c')
 *
 * Everything that the way back multiplies with is computed on the way forward, where the gates are still in
 * the processor's cache; s (1 - s) of a gate s becomes (p - p s) of a product p = s q that is there anyway.
 */
export const lstmCell: Cell = {
  stateCount: 2,
  forward: ({ projected, state, kernels }) => {
    const [output, memory] = state as [Value, Value];
    const [i, f, g, o] = projected.map((fromInput, index) =>
      (index === 2 ? tanh : sigmoid)(gemm(output, kernels[index]!, { plus: fromInput })),
    ) as [Value, Value, Value, Value];
    const added = multiply(i, g);
    const remembered = multiply(f, memory);
    const nextMemory = add(remembered, added);
    const squashed = tanh(nextMemory);
    const nextOutput = multiply(o, squashed);
    return {
      state: [nextOutput, nextMemory],
      kept: [
        complement(added, i),
        complement(remembered, f),
        subtract(i, multiply(added, g)),
        complement(nextOutput, o),
        subtract(o, multiply(nextOutput, squashed)),
        f,
      ],
    };
  },
  backward: ({ gradients, kept, kernels }) => {
    const [outputGradient, memoryGradient] = gradients as [Value, Value];
    const [byInput, byForget, byCell, byOutput, byMemory, forget] = kept as [
      Value,
      Value,
      Value,
      Value,
      Value,
      Value,
    ];
    const ofMemory = add(memoryGradient, multiply(outputGradient, byMemory));
    const ofGates = [
      multiply(ofMemory, byInput),
      multiply(ofMemory, byForget),
      multiply(ofMemory, byCell),
      multiply(outputGradient, byOutput),
    ];
    return {
      gradients: [sumOfProducts(ofGates, kernels), multiply(ofMemory, forget)],
      projected: ofGates,
      recurrent: ofGates,
    };
  },
};

/** product x (1 - factor) */
const complement = (product: Value, factor: Value): Value => subtract(product, multiply(product, factor));
