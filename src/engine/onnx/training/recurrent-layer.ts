import { differentiable, type Value } from '../graph.js';
import { add } from '../ops/elementwise.js';
import { gemm } from '../ops/matrix.js';
import { sum } from '../ops/reduce.js';
import { scan } from '../ops/scan.js';
import { concatenate, mergeRows, reshape, split, splitEvenly, splitRows, zeroRows } from '../ops/shape.js';

/** One layer's weights in one direction, as network/recurrent.ts has them. */
export interface LayerWeights {
  /** [inputs, G x units] */
  readonly kernel: Value;
  /** [units, G x units] */
  readonly recurrentKernel: Value;
  /** [G x units]; gru [2, G x units]: the input's, the recurrent one's. */
  readonly bias: Value;
}

/**
 * One timestep of a recurrent layer, forward and back. All values are [batch, units] but where it says so.
 * What there is for each gate stays apart: cutting and joining it would copy it at every timestep.
 */
export interface Cell {
  readonly gates: 3 | 4;
  /** What it carries from a timestep to the next; the output is the first of it. */
  readonly stateCount: 1 | 2;
  forward(turn: {
    /** For each gate the timestep's input times the kernel, plus bias. */
    readonly projected: readonly Value[];
    readonly state: readonly Value[];
    /** For each gate, [units, units]. */
    readonly recurrentKernels: readonly Value[];
    /** For each gate, [units]; none for an LSTM, whose gates have one bias each. */
    readonly recurrentBiases: readonly Value[];
  }): {
    readonly state: readonly Value[];
    /** What `backward` needs to know of this timestep. */
    readonly kept: readonly Value[];
  };
  backward(turn: {
    /** By each part of the state behind the timestep. */
    readonly gradients: readonly Value[];
    readonly kept: readonly Value[];
  }): {
    /** By each gate's projected input. */
    readonly projected: readonly Value[];
    /** By each gate's product of output and recurrent kernel; may be the same values. */
    readonly recurrent: readonly Value[];
    /** By the output before the timestep, apart from what comes through those products. */
    readonly output?: Value;
    /** By the other parts of the state before the timestep. */
    readonly others: readonly Value[];
  };
}

/**
 * A recurrent layer over all timesteps from a zero state, x float32 [timesteps, batch, inputs] -> [timesteps,
 * batch, units]; differentiable. All inputs are projected at once, and the gradients by the weights are
 * products over all timesteps: only what depends on the timestep before runs in the loop.
 */
export function recurrentLayer(cell: Cell, x: Value, weights: LayerWeights): Value {
  const { kernel, recurrentKernel, bias } = weights;
  const kernels = splitEvenly(kernel, cell.gates);
  const recurrentKernels = splitEvenly(recurrentKernel, cell.gates);
  const [inputBiases, recurrentBiases] = gateBiases(bias, cell.gates);
  const rows = mergeRows(x);
  const zeros = zeroRows(x, Number(recurrentKernel.shape[0]));
  const initial = cell.stateCount === 1 ? [zeros] : [zeros, zeros];
  const [outputs, previousOutputs, ...kept] = scan({
    initial,
    sequences: kernels.map((part, gate) => splitRows(gemm(rows, part, { plus: inputBiases[gate]! }), x)),
    turn: (state, projected) => {
      const next = cell.forward({ projected, state, recurrentKernels, recurrentBiases });
      return { state: next.state, items: [next.state[0]!, state[0]!, ...next.kept] };
    },
  }) as [Value, Value, ...Value[]];
  return differentiable(outputs, {
    inputs: [x, kernel, recurrentKernel, bias],
    gradients: (outputGradient) => {
      const back = backThroughTime(cell, { outputGradient, kept, initial, recurrentKernels });
      return [
        () => splitRows(sumOfProducts(back.projected, kernels), x),
        () => weightGradient(rows, back.projected),
        () => weightGradient(mergeRows(previousOutputs), back.recurrent),
        () => biasGradient(back, bias),
      ];
    },
  });
}

/** For each gate and all timesteps, [timesteps x batch, units]. */
interface GateGradients {
  /** By the projected inputs. */
  readonly projected: readonly Value[];
  /** By the products of outputs and recurrent kernel. */
  readonly recurrent: readonly Value[];
}

function backThroughTime(
  cell: Cell,
  given: {
    outputGradient: Value;
    kept: readonly Value[];
    initial: readonly Value[];
    recurrentKernels: readonly Value[];
  },
): GateGradients {
  const { outputGradient, kept, initial, recurrentKernels } = given;
  const ofGates = scan({
    initial,
    sequences: [outputGradient, ...kept],
    reversed: true,
    turn: ([fromNext, ...others], [fromAbove, ...keptHere]) => {
      const gradients = [add(fromNext!, fromAbove!), ...others];
      const back = cell.backward({ gradients, kept: keptHere });
      const output = sumOfProducts(back.recurrent, recurrentKernels, back.output);
      return { state: [output, ...back.others], items: [...back.projected, ...back.recurrent] };
    },
  }).map(mergeRows);
  return { projected: ofGates.slice(0, cell.gates), recurrent: ofGates.slice(cell.gates) };
}

/** Each gate's gradient times its kernel turned round, and `plus`, all added up. */
function sumOfProducts(ofGates: readonly Value[], kernels: readonly Value[], plus?: Value): Value {
  const [first, ...others] = ofGates.map((gradient, gate) => [gradient, kernels[gate]!] as const);
  const product = ([gradient, kernel]: readonly [Value, Value], sum?: Value) =>
    gemm(gradient, kernel, { transposeB: true, ...(sum ? { plus: sum } : {}) });
  return others.reduce((sum, other) => product(other, sum), product(first!, plus));
}

/** By a kernel of all gates that was multiplied with these rows. */
function weightGradient(rows: Value, ofGates: readonly Value[]): Value {
  return joined(
    ofGates.map((gradient) => gemm(rows, gradient, { transposeA: true })),
    1,
  );
}

/** The gates' biases for the input, and those for the output before, each [units]. */
function gateBiases(bias: Value, gates: number): [input: Value[], recurrent: Value[]] {
  if (bias.shape.length === 1) return [splitEvenly(bias, gates), []];
  const width = bias.shape[1]!;
  const rows = split(bias, 0, [1, 1]).map((row) => splitEvenly(reshape(row, [width]), gates));
  return [rows[0]!, rows[1]!];
}

function biasGradient({ projected, recurrent }: GateGradients, { shape }: Value): Value {
  const ofGates = shape.length === 1 ? projected : [...projected, ...recurrent];
  return reshape(
    joined(
      ofGates.map((gradient) => sum(gradient, [0])),
      1,
    ),
    shape,
  );
}

/** Of one value at least. */
function joined([first, ...others]: readonly Value[], axis: number): Value {
  return concatenate([first!, ...others], axis);
}
