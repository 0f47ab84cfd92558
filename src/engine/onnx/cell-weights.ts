import {
  cellName,
  directionsOf,
  GATES,
  layerInputs,
  type RecurrentNetwork,
} from '../../network/recurrent.js';
import { requireTensor, type Tensor, transpose, type Weights } from '../../tensors/tensor.js';

/** Gates in the order of https://onnx.ai/onnx/operators/onnx__LSTM.html and onnx__GRU.html, in our words. */
const ONNX_GATES = {
  lstm: ['input', 'output', 'forget', 'cell'],
  gru: ['update', 'reset', 'new'],
} as const;

/** One recurrent layer's weights as the ONNX operators want them: see RecurrentInputs of ops/recurrent.ts. */
export interface CellWeights {
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor;
}

export function cellWeights(network: RecurrentNetwork, layer: number, weights: Weights): CellWeights {
  const names = directionsOf(network).map((direction) => cellName(layer, direction));
  const gated = GATES[network.cell].length * network.units;
  const gather = (shape: readonly number[], valuesOf: (name: string) => Float32Array[]): Tensor => ({
    shape: [names.length, ...shape],
    data: concatenate(names.flatMap(valuesOf)),
  });
  const matrix = (suffix: string) => (name: string) =>
    inOnnxOrder(network, transpose(requireTensor(weights, `${name}.${suffix}`)).data);
  return {
    kernel: gather([gated, layerInputs(network, layer)], matrix('kernel')),
    recurrentKernel: gather([gated, network.units], matrix('recurrent_kernel')),
    bias: gather([2 * gated], (name) => biases(network, requireTensor(weights, `${name}.bias`).data)),
  };
}

/** The inputs' biases and then the recurrent ones, which Keras's LSTM does not have. */
function biases(network: RecurrentNetwork, bias: Float32Array): Float32Array[] {
  if (network.cell === 'lstm') return [...inOnnxOrder(network, bias), new Float32Array(bias.length)];
  const half = bias.length / 2;
  return [bias.subarray(0, half), bias.subarray(half)].flatMap((part) => inOnnxOrder(network, part));
}

/** The gates' parts of an array whose first axis is [gates x units] in our order. */
function inOnnxOrder({ cell }: RecurrentNetwork, data: Float32Array): Float32Array[] {
  const ours: readonly string[] = GATES[cell];
  const partLength = data.length / ours.length;
  return ONNX_GATES[cell].map((gate) => {
    const start = ours.indexOf(gate) * partLength;
    return data.subarray(start, start + partLength);
  });
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
