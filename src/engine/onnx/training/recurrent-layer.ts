import { differentiable, type Value } from '../graph.js';
import { add } from '../ops/elementwise.js';
import { gemm, sumOfProducts } from '../ops/matrix.js';
import { sum } from '../ops/reduce.js';
import { scan } from '../ops/scan.js';
import { mergeRows, reshape, splitRows, zeroRows } from '../ops/shape.js';

/** One layer's weights in one direction, each list in the order of the cell's gates. */
export interface LayerWeights {
  /** [inputs, units] */
  readonly kernels: readonly Value[];
  /** [units, units] */
  readonly recurrentKernels: readonly Value[];
  /** [units] */
  readonly biases: readonly Value[];
  /** [units]; none for an LSTM, whose gates have one bias each. */
  readonly recurrentBiases: readonly Value[];
}

/** One timestep of a recurrent layer, forward and back. All values are [batch, units]. */
export interface Cell {
  /** What it carries from a timestep to the next; the output is the first of it. */
  readonly stateCount: 1 | 2;
  forward(turn: {
    /** For each gate the timestep's input times the kernel, plus bias. */
    readonly projected: readonly Value[];
    readonly state: readonly Value[];
    readonly kernels: readonly Value[];
    readonly biases: readonly Value[];
  }): {
    readonly state: readonly Value[];
    /** What `backward` needs to know of this timestep. */
    readonly kept: readonly Value[];
  };
  backward(turn: {
    /** By each part of the state behind the timestep. */
    readonly gradients: readonly Value[];
    readonly kept: readonly Value[];
    readonly kernels: readonly Value[];
  }): {
    /** By each part of the state before the timestep. */
    readonly gradients: readonly Value[];
    /** By each gate's projected input. */
    readonly projected: readonly Value[];
    /** By each gate's product of output and recurrent kernel. */
    readonly recurrent: readonly Value[];
  };
}

/**
 * A recurrent layer over all timesteps from a zero state, x float32 [timesteps, batch, inputs] -> [timesteps,
 * batch, units]; differentiable. All inputs are projected at once, and the gradients by the weights are
 * products over all timesteps: only what depends on the timestep before runs in the loop.
 */
export function recurrentLayer(cell: Cell, x: Value, weights: LayerWeights): Value {
  const { kernels, recurrentKernels, biases, recurrentBiases } = weights;
  const rows = mergeRows(x);
  const zeros = zeroRows(x, Number(recurrentKernels[0]!.shape[0]));
  const initial = cell.stateCount === 1 ? [zeros] : [zeros, zeros];
  const [outputs, previousOutputs, ...kept] = scan({
    initial,
    sequences: kernels.map((kernel, gate) => splitRows(gemm(rows, kernel, { plus: biases[gate]! }), x)),
    turn: (state, projected) => {
      const next = cell.forward({ projected, state, kernels: recurrentKernels, biases: recurrentBiases });
      return { state: next.state, items: [next.state[0]!, state[0]!, ...next.kept] };
    },
  }) as [Value, Value, ...Value[]];
  return differentiable(outputs, {
    inputs: [x, ...kernels, ...recurrentKernels, ...biases, ...recurrentBiases],
    gradients: (outputGradient) => {
      const { projected, recurrent } = backThroughTime(cell, {
        outputGradient,
        kept,
        initial,
        recurrentKernels,
      });
      const previousRows = mergeRows(previousOutputs);
      return [
        () => splitRows(sumOfProducts(projected, kernels), x),
        ...projected.map((gate) => () => gemm(rows, gate, { transposeA: true })),
        ...recurrent.map((gate) => () => gemm(previousRows, gate, { transposeA: true })),
        ...projected.map((gate) => () => columnSums(gate)),
        ...(recurrentBiases.length > 0 ? recurrent.map((gate) => () => columnSums(gate)) : []),
      ];
    },
  });
}

/** The gradients by each gate's projected inputs and recurrent products, [timesteps x batch, units]. */
function backThroughTime(
  cell: Cell,
  given: {
    outputGradient: Value;
    kept: readonly Value[];
    initial: readonly Value[];
    recurrentKernels: readonly Value[];
  },
): { projected: Value[]; recurrent: Value[] } {
  const { outputGradient, kept, initial, recurrentKernels } = given;
  const sequences = scan({
    initial,
    sequences: [outputGradient, ...kept],
    reversed: true,
    turn: ([fromNext, ...others], [fromAbove, ...keptHere]) => {
      const gradients = [add(fromNext!, fromAbove!), ...others];
      const back = cell.backward({ gradients, kept: keptHere, kernels: recurrentKernels });
      return { state: back.gradients, items: [...back.projected, ...back.recurrent] };
    },
  });
  const gates = recurrentKernels.length;
  const rows = sequences.map(mergeRows);
  return { projected: rows.slice(0, gates), recurrent: rows.slice(gates) };
}

/** [rows, columns] -> [columns] */
function columnSums(x: Value): Value {
  return reshape(sum(x, [0]), [x.shape[1]!]);
}
