import type { Value } from '../graph.js';
import { add, multiply, sigmoid, subtract, tanh } from '../ops/elementwise.js';
import { gemm } from '../ops/matrix.js';
import type { CellStep, OnnxCell } from './cell.js';

/**
 * Gers et al. 2000, with the gates i, f, o, the candidate g, the memory c and the output h:
 *
 *     c' = f c + i g        h' = o tanh(c')
 *
 * Everything that the way back multiplies with is computed on the way forward, where the gates are still in
 * the processor's cache; s (1 - s) of a gate s becomes (p - p s) of a product p = s q that is there anyway.
 */
const step: CellStep = {
  forward: ({ projected, state, recurrentKernels }) => {
    const [output, memory] = state as [Value, Value];
    const sums = recurrentKernels.map((kernel, gate) => gemm(output, kernel, { plus: projected[gate]! }));
    const [i, f, o] = [sums[0]!, sums[1]!, sums[3]!].map(sigmoid) as [Value, Value, Value];
    const g = tanh(sums[2]!);
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
  backward: ({ gradients, kept }) => {
    const [ofOutput, ofNextMemory] = gradients as [Value, Value];
    const [byInput, byForget, byCell, byOutput, byMemory, forget] = kept as Six;
    const ofMemory = add(ofNextMemory, multiply(ofOutput, byMemory));
    const ofGates = [
      multiply(ofMemory, byInput),
      multiply(ofMemory, byForget),
      multiply(ofMemory, byCell),
      multiply(ofOutput, byOutput),
    ];
    return { projected: ofGates, recurrent: ofGates, others: [multiply(ofMemory, forget)] };
  },
};

export const lstmCell: OnnxCell<'lstm'> = {
  fused: { operator: 'LSTM', gates: ['input', 'output', 'forget', 'cell'], attributes: {} },
  step,
};

type Six = [Value, Value, Value, Value, Value, Value];

/** product x (1 - factor) */
const complement = (product: Value, factor: Value): Value => subtract(product, multiply(product, factor));
