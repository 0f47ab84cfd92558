import { cellLayout } from '../../../network/cells.js';
import { cellName, directionsOf } from '../../../network/recurrent.js';
import { differentiable, type Value } from '../graph.js';
import { add, cast } from '../ops/elementwise.js';
import { loop } from '../ops/loop.js';
import { gemm } from '../ops/matrix.js';
import { sum } from '../ops/reduce.js';
import { pickTimesteps, reverseSequences } from '../ops/sequence.js';
import { concatenate, mergeRows, reshape, split, splitEvenly, splitRows, zeroRows } from '../ops/shape.js';
import type { CellStep } from './cell.js';
import type { RunLayer } from './layer.js';
import { onnxCell } from './recurrent-cells.js';

/** Layers made of differentiable ops, over weights that are values of the graph: for training. */
export function differentiableLayers(weight: (name: string) => Value): RunLayer {
  return (x, { level, layer, inputs, initial }) => {
    const { states } = cellLayout(level.cell);
    const { step } = onnxCell(level.cell);
    // In the backward pass' own time, its outputs run from each sequence's end to its start.
    const inOwnTime = (sequence: Value) =>
      reverseSequences(sequence, cast(inputs.declare('lengths'), 'int64'));
    const passes = directionsOf(level).map((direction) => {
      const name = cellName(level, layer, direction);
      const weights = {
        kernel: weight(`${name}.kernel`),
        recurrentKernel: weight(`${name}.recurrent_kernel`),
        bias: weight(`${name}.bias`),
      };
      const read = direction === 'backward' ? inOwnTime(x) : x;
      return recurrentLayer({ step, stateCount: states.length }, read, { ...weights, initial });
    });
    const [forward, backward] = passes.map(({ outputs }) => outputs) as [Value, Value?];
    return {
      final: () => passes[0]!.final,
      sequence: backward ? concatenate([forward, inOwnTime(backward)], 2) : forward,
      last: () => {
        const places = cast(inputs.declare('last_places'), 'int64');
        const ofForward = pickTimesteps(forward, places);
        return backward ? concatenate([ofForward, pickTimesteps(backward, places)], 1) : ofForward;
      },
    };
  };
}

/** One layer's weights in one direction, as network/recurrent-parameters.ts has them. */
export interface LayerWeights {
  /** [inputs, G x units] */
  readonly kernel: Value;
  /** [units, G x units] */
  readonly recurrentKernel: Value;
  /** [G x units], or [2, G x units]: the input's, the recurrent one's. */
  readonly bias: Value;
}

interface LayerInputs extends LayerWeights {
  /** The states to start from, each [batch, units]; zeros when absent. */
  readonly initial?: readonly Value[] | undefined;
}

interface LayerResult {
  /** float32 [timesteps, batch, units]; differentiable, by the states that it starts from too. */
  readonly outputs: Value;
  /** The states after the last timestep, each [batch, units]; not differentiated. */
  readonly final: readonly Value[];
}

interface LayerCell {
  readonly step: CellStep;
  /** Parts of the state that a timestep hands on. */
  readonly stateCount: number;
}

/**
 * A recurrent layer over all timesteps of x float32 [timesteps, batch, inputs]. All inputs are projected at once, and
 * the gradients by the weights are products over all timesteps: only what depends on the timestep before runs in the
 * loop.
 */
export function recurrentLayer({ step, stateCount }: LayerCell, x: Value, given: LayerInputs): LayerResult {
  const { kernel, recurrentKernel, bias, initial: start = [] } = given;
  const [units, gated] = recurrentKernel.shape as readonly [number, number];
  const gateCount = gated / units;
  const kernels = splitEvenly(kernel, gateCount);
  const recurrentKernels = splitEvenly(recurrentKernel, gateCount);
  const [inputBiases, recurrentBiases] = gateBiases(bias, gateCount);
  const rows = mergeRows(x);
  const zeros = Array<Value>(stateCount).fill(zeroRows(x, units));
  const { state: final, items } = loop({
    initial: start.length > 0 ? start : zeros,
    sequences: kernels.map((part, gate) => splitRows(gemm(rows, part, { plus: inputBiases[gate]! }), x)),
    turn: (state, projected) => {
      const next = step.forward({ projected, state, recurrentKernels, recurrentBiases });
      return { state: next.state, items: [next.state[0]!, state[0]!, ...next.kept] };
    },
  });
  const [outputs, previousOutputs, ...kept] = items as [Value, Value, ...Value[]];
  differentiable(outputs, {
    inputs: [x, kernel, recurrentKernel, bias, ...start],
    gradients: (outputGradient) => {
      const back = backThroughTime(step, { outputGradient, kept, zeros, recurrentKernels });
      return [
        () => splitRows(sumOfProducts(back.projected, kernels), x),
        () => weightGradient(rows, back.projected),
        () => weightGradient(mergeRows(previousOutputs), back.recurrent),
        () => biasGradient(back, bias),
        ...back.initial.map((gradient) => () => gradient),
      ];
    },
  });
  return { outputs, final };
}

interface GateGradients {
  /** For each gate and all timesteps, [timesteps x batch, units]: by the projected inputs. */
  readonly projected: readonly Value[];
  /** Likewise, by the products of outputs and recurrent kernel. */
  readonly recurrent: readonly Value[];
  /** By the states before the first timestep, each [batch, units]. */
  readonly initial: readonly Value[];
}

function backThroughTime(
  step: CellStep,
  given: {
    outputGradient: Value;
    kept: readonly Value[];
    zeros: readonly Value[];
    recurrentKernels: readonly Value[];
  },
): GateGradients {
  const { outputGradient, kept, zeros, recurrentKernels } = given;
  const { state: initial, items } = loop({
    initial: zeros,
    sequences: [outputGradient, ...kept],
    reversed: true,
    turn: ([fromNext, ...others], [fromAbove, ...keptHere]) => {
      const gradients = [add(fromNext!, fromAbove!), ...others];
      const back = step.backward({ gradients, kept: keptHere });
      const output = sumOfProducts(back.recurrent, recurrentKernels, back.output);
      return { state: [output, ...back.others], items: [...back.projected, ...back.recurrent] };
    },
  });
  const ofGates = items.map(mergeRows);
  const gateCount = recurrentKernels.length;
  return { projected: ofGates.slice(0, gateCount), recurrent: ofGates.slice(gateCount), initial };
}

/** Each gate's gradient times its kernel turned round, and `plus`, all added up. */
function sumOfProducts(ofGates: readonly Value[], kernels: readonly Value[], plus?: Value): Value {
  const [first, ...others] = ofGates.map((gradient, gate) => [gradient, kernels[gate]!] as const);
  const product = ([gradient, kernel]: readonly [Value, Value], sum?: Value) =>
    gemm(gradient, kernel, { transposeB: true, plus: sum });
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
