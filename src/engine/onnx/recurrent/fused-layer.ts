import { type Cell, cellLayout } from '../../../network/cells.js';
import { cellName, directionsOf, layerInputs, type RecurrentLevel } from '../../../network/recurrent.js';
import { concatenate, requireTensor, type Tensor, transpose, type Weights } from '../../../tensors/tensor.js';
import { constant } from '../graph.js';
import { recurrent } from '../ops/recurrent-operator.js';
import { reshape, transpose as transposed } from '../ops/shape.js';
import type { FusedOperator } from './cell.js';
import type { RunLayer } from './layer.js';

/** A layer that is one operator over weights that are part of the graph: for prediction. */
export function fusedLayer({ operator, gates, attributes }: FusedOperator, weights: Weights): RunLayer {
  return (x, { level, layer, inputs, initial }) => {
    const { kernel, recurrentKernel, bias } = fusedWeights({ level, layer, gates }, weights);
    const stateCount = cellLayout(level.cell).states.length;
    const result = recurrent(
      { operator, attributes, gateCount: gates.length, stateCount },
      {
        x,
        kernel: constant(x.graph, kernel),
        recurrentKernel: constant(x.graph, recurrentKernel),
        bias: constant(x.graph, bias),
        lengths: inputs.declare('lengths'),
        initial,
      },
    );
    const [timesteps, directions, batch, units] = result.outputs.shape;
    const width = Number(directions) * Number(units);
    return {
      sequence: reshape(transposed(result.outputs, [0, 2, 1, 3]), [timesteps!, batch!, width]),
      last: () => reshape(transposed(result.last, [1, 0, 2]), [batch!, width]),
      final: () => result.final.map((state) => reshape(transposed(state, [1, 0, 2]), [batch!, width])),
    };
  };
}

/** One recurrent layer's weights as the ONNX operators want them: see RecurrentInputs of ops/recurrent-operator.ts. */
interface FusedWeights {
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor;
}

interface FusedPart {
  readonly level: RecurrentLevel;
  readonly layer: number;
  /** In the operator's order. */
  readonly gates: readonly string[];
}

function fusedWeights({ level, layer, gates }: FusedPart, weights: Weights): FusedWeights {
  const { cell, units } = level;
  const names = directionsOf(level).map((direction) => cellName(level, layer, direction));
  const gated = gates.length * units;
  const gather = (shape: readonly number[], valuesOf: (name: string) => Float32Array[]): Tensor => ({
    shape: [names.length, ...shape],
    data: concatenate(names.flatMap(valuesOf)),
  });
  const ordered = (data: Float32Array) => inOrderOf(gates, cell, data);
  const matrix = (suffix: string) => (name: string) =>
    ordered(transpose(requireTensor(weights, `${name}.${suffix}`)).data);
  return {
    kernel: gather([gated, layerInputs(level, layer)], matrix('kernel')),
    recurrentKernel: gather([gated, units], matrix('recurrent_kernel')),
    bias: gather([2 * gated], (name) =>
      biasRows(cell, requireTensor(weights, `${name}.bias`).data).flatMap(ordered),
    ),
  };
}

/** The inputs' biases and the recurrent ones, which are zero where a cell has one bias for both. */
function biasRows(cell: Cell, bias: Float32Array): Float32Array[] {
  if (cellLayout(cell).biasRows === 1) return [bias, new Float32Array(bias.length)];
  const half = bias.length / 2;
  return [bias.subarray(0, half), bias.subarray(half)];
}

/** The gates' parts of an array whose first axis is [gates x units] in our order. */
function inOrderOf(gates: readonly string[], cell: Cell, data: Float32Array): Float32Array[] {
  const ours = cellLayout(cell).gates;
  const partLength = data.length / ours.length;
  return gates.map((gate) => {
    const start = ours.indexOf(gate) * partLength;
    return data.subarray(start, start + partLength);
  });
}
