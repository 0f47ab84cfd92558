import { differentiable, type Value } from '../graph.js';
import { add } from '../ops/elementwise.js';
import { gemm } from '../ops/matrix.js';
import { sum } from '../ops/reduce.js';
import { scan } from '../ops/scan.js';
import { concatenate, mergeRows, reshape, split, splitRows, zeroRows } from '../ops/shape.js';

/** One layer's weights in one direction, as network/recurrent.ts has them. */
export interface LayerWeights {
  /** [inputs, G x units] */
  readonly kernel: Value;
  /** [units, G x units] */
  readonly recurrentKernel: Value;
  /** [G x units]; gru [2, G x units]: the input's, the recurrent one's. */
  readonly bias: Value;
}

/** One timestep of a recurrent layer, forward and back. All values are [batch, units] but where it says so. */
export interface Cell {
  /** What it carries from a timestep to the next; the output is the first of it. */
  readonly stateCount: 1 | 2;
  forward(turn: {
    /** The timestep's input times the kernel, plus bias, [batch, G x units]. */
    readonly projected: Value;
    readonly state: readonly Value[];
    readonly recurrentKernel: Value;
    /** [G x units]; null for an LSTM, whose gates have one bias each. */
    readonly recurrentBias: Value | null;
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
    /** By the projected input, [batch, G x units]. */
    readonly projected: Value;
    /** By the product of output and recurrent kernel, [batch, G x units]; may be the same value. */
    readonly recurrent: Value;
    /** By the output before the timestep, apart from what comes through that product. */
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
  const [inputBias, recurrentBias] = biasRows(bias);
  const rows = mergeRows(x);
  const zeros = zeroRows(x, Number(recurrentKernel.shape[0]));
  const initial = cell.stateCount === 1 ? [zeros] : [zeros, zeros];
  const [outputs, previousOutputs, ...kept] = scan({
    initial,
    sequences: [splitRows(gemm(rows, kernel, { plus: inputBias }), x)],
    turn: (state, [projected]) => {
      const next = cell.forward({ projected: projected!, state, recurrentKernel, recurrentBias });
      return { state: next.state, items: [next.state[0]!, state[0]!, ...next.kept] };
    },
  }) as [Value, Value, ...Value[]];
  return differentiable(outputs, {
    inputs: [x, kernel, recurrentKernel, bias],
    gradients: (outputGradient) => {
      const back = backThroughTime(cell, { outputGradient, kept, initial, recurrentKernel });
      return [
        () => splitRows(gemm(back.projected, kernel, { transposeB: true }), x),
        () => gemm(rows, back.projected, { transposeA: true }),
        () => gemm(mergeRows(previousOutputs), back.recurrent, { transposeA: true }),
        () => biasGradient(back, bias),
      ];
    },
  });
}

interface GateGradients {
  /** By the projected inputs of all timesteps, [timesteps x batch, G x units]. */
  readonly projected: Value;
  /** By the products of outputs and recurrent kernel, likewise. */
  readonly recurrent: Value;
}

function backThroughTime(
  cell: Cell,
  given: {
    outputGradient: Value;
    kept: readonly Value[];
    initial: readonly Value[];
    recurrentKernel: Value;
  },
): GateGradients {
  const { outputGradient, kept, initial, recurrentKernel } = given;
  const [projected, recurrent] = scan({
    initial,
    sequences: [outputGradient, ...kept],
    reversed: true,
    turn: ([fromNext, ...others], [fromAbove, ...keptHere]) => {
      const gradients = [add(fromNext!, fromAbove!), ...others];
      const back = cell.backward({ gradients, kept: keptHere });
      const plus = back.output ? { plus: back.output } : {};
      const output = gemm(back.recurrent, recurrentKernel, { transposeB: true, ...plus });
      return { state: [output, ...back.others], items: [back.projected, back.recurrent] };
    },
  }) as [Value, Value];
  return { projected: mergeRows(projected), recurrent: mergeRows(recurrent) };
}

/** The input's bias and the recurrent one, each [G x units]. */
function biasRows(bias: Value): [input: Value, recurrent: Value | null] {
  if (bias.shape.length === 1) return [bias, null];
  const width = bias.shape[1]!;
  const [input, recurrent] = split(bias, 0, [1, 1]).map((row) => reshape(row, [width])) as [Value, Value];
  return [input, recurrent];
}

function biasGradient({ projected, recurrent }: GateGradients, { shape }: Value): Value {
  const ofInput = sum(projected, [0]);
  return reshape(shape.length === 1 ? ofInput : concatenate([ofInput, sum(recurrent, [0])], 0), shape);
}
