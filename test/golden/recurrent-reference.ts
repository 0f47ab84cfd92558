import type { Cell as CellKind } from '../../src/network/cells.js';
import type { Readout } from '../../src/network/readouts.js';
import { cellName, directionsOf, type RecurrentNetwork, segmentOf } from '../../src/network/recurrent.js';
import { requireTensor, type Weights } from '../../src/tensors/tensor.js';

type Vector = number[];

export interface ReferenceClassification {
  readonly logits: Vector;
  /** One share for each timestep; where the readout attends. */
  readonly attention?: Vector;
}

/** One sequence's result in float64, straight from the papers' equations, one timestep at a time. */
export function recurrentReference(
  network: RecurrentNetwork,
  weights: Weights,
  sequence: readonly Vector[],
): ReferenceClassification {
  let outputs = [...sequence];
  let final: Vector = [];
  for (let layer = 0; layer < network.layers; layer++) {
    const passes = directionsOf(network).map((direction) => {
      const isBackward = direction === 'backward';
      const cell = cellOf(network, weights, cellName(layer, direction));
      const states = run(cell, isBackward ? outputs.toReversed() : outputs, network.units);
      return { states: isBackward ? states.toReversed() : states, last: states.at(-1)! };
    });
    outputs = outputs.map((_, t) => passes.flatMap((pass) => pass.states[t]!));
    final = passes.flatMap((pass) => pass.last);
  }
  const { readout, attention } = READOUTS[network.readout]({ network, weights, outputs, final });
  const logits = plus(times(readout, matrix(weights, 'head.kernel')), vector(weights, 'head.bias'));
  return attention ? { logits, attention } : { logits };
}

interface Outputs {
  readonly network: RecurrentNetwork;
  readonly weights: Weights;
  /** Of each timestep. */
  readonly outputs: readonly Vector[];
  /** Each direction's last, together. */
  readonly final: Vector;
}

interface ReadoutReference {
  readonly readout: Vector;
  readonly attention?: Vector;
}

const READOUTS: Readonly<Record<Readout, (read: Outputs) => ReadoutReference>> = {
  last: ({ final }) => ({ readout: final }),
  mean: ({ outputs }) => ({ readout: mean(outputs) }),
  attention: ({ weights, outputs }) => {
    const attention = attend(weights, outputs);
    return { readout: weightedSum(attention, outputs), attention };
  },
  pooled: ({ weights, outputs }) => {
    const attention = attend(weights, outputs);
    const largest = outputs[0]!.map((_, unit) => Math.max(...outputs.map((output) => output[unit]!)));
    return { readout: [...largest, ...mean(outputs), ...weightedSum(attention, outputs)], attention };
  },
  hierarchical: ({ network, weights, outputs }) => {
    const segments: Array<{ shares: Vector; vector: Vector }> = [];
    for (let start = 0; start < outputs.length; start += segmentOf(network)) {
      const segment = outputs.slice(start, start + segmentOf(network));
      const shares = attend(weights, segment);
      segments.push({ shares, vector: weightedSum(shares, segment) });
    }
    const vectors = segments.map(({ vector: ofSegment }) => ofSegment);
    const shares = attend(weights, vectors, 'readout.segments');
    return {
      readout: weightedSum(shares, vectors),
      attention: segments.flatMap((segment, index) => segment.shares.map((share) => share * shares[index]!)),
    };
  },
};

const mean = (outputs: readonly Vector[]): Vector =>
  weightedSum(
    outputs.map(() => 1 / outputs.length),
    outputs,
  );

/** What a cell carries from one timestep to the next: its output and, in an LSTM, its memory. */
interface State {
  readonly output: Vector;
  readonly memory: Vector;
}

type Cell = (x: Vector, state: State) => State;

function run(cell: Cell, inputs: readonly Vector[], units: number): Vector[] {
  const zeros = Array.from({ length: units }, () => 0);
  let state: State = { output: zeros, memory: zeros };
  return inputs.map((x) => {
    state = cell(x, state);
    return state.output;
  });
}

interface CellWeights {
  readonly units: number;
  readonly kernel: readonly Float32Array[];
  readonly recurrentKernel: readonly Float32Array[];
  readonly bias: Vector;
}

function cellOf({ cell, units }: RecurrentNetwork, weights: Weights, name: string): Cell {
  return CELLS[cell]({
    units,
    kernel: matrix(weights, `${name}.kernel`),
    recurrentKernel: matrix(weights, `${name}.recurrent_kernel`),
    bias: vector(weights, `${name}.bias`),
  });
}

const CELLS: Readonly<Record<CellKind, (weights: CellWeights) => Cell>> = {
  // Gers et al. 2000: c' = f c + i tanh(g), h' = o tanh(c').
  lstm: ({ units, kernel, recurrentKernel, bias }) => {
    return (x, { output, memory }) => {
      const all = plus(plus(times(x, kernel), times(output, recurrentKernel)), bias);
      const [i, f, g, o] = gatesOf(all, units) as [Vector, Vector, Vector, Vector];
      const next = memory.map(
        (value, unit) => sigmoid(f[unit]!) * value + sigmoid(i[unit]!) * Math.tanh(g[unit]!),
      );
      return { output: next.map((value, unit) => sigmoid(o[unit]!) * Math.tanh(value)), memory: next };
    };
  },
  // Cho et al. 2014, reset after the product: n = tanh(W x + b + r (U h + b')), h' = z h + (1 - z) n.
  gru: ({ units, kernel, recurrentKernel, bias }) => {
    return (x, { output, memory }) => {
      const fromInput = plus(times(x, kernel), bias.slice(0, bias.length / 2));
      const fromOutput = plus(times(output, recurrentKernel), bias.slice(bias.length / 2));
      const [inputUpdate, inputReset, inputNew] = gatesOf(fromInput, units) as [Vector, Vector, Vector];
      const [update, reset, outputNew] = gatesOf(fromOutput, units) as [Vector, Vector, Vector];
      const z = plus(inputUpdate, update).map(sigmoid);
      const r = plus(inputReset, reset).map(sigmoid);
      const n = inputNew.map((value, unit) => Math.tanh(value + r[unit]! * outputNew[unit]!));
      return { output: output.map((value, unit) => z[unit]! * value + (1 - z[unit]!) * n[unit]!), memory };
    };
  },
};

/** Keras' order, one gate after the other. */
const gatesOf = (all: Vector, units: number): Vector[] =>
  Array.from({ length: all.length / units }, (_, gate) => all.slice(gate * units, (gate + 1) * units));

/** Bahdanau et al. 2015: softmax over time of score . tanh(W h + b). */
function attend(weights: Weights, outputs: readonly Vector[], name = 'readout'): Vector {
  const kernel = matrix(weights, `${name}.kernel`);
  const bias = vector(weights, `${name}.bias`);
  const score = vector(weights, `${name}.score`);
  const exponentials = outputs.map((output) => {
    const hidden = plus(times(output, kernel), bias).map(Math.tanh);
    return Math.exp(hidden.reduce((total, value, unit) => total + value * score[unit]!, 0));
  });
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

const plus = (a: Vector, b: Vector): Vector => a.map((value, index) => value + b[index]!);

/** A row vector times a matrix. */
function times(row: Vector, matrix: ReadonlyArray<ArrayLike<number>>): Vector {
  const sums = Array.from(matrix[0]!, () => 0);
  row.forEach((value, index) => {
    const factors = matrix[index]!;
    for (let column = 0; column < sums.length; column++) sums[column]! += value * factors[column]!;
  });
  return sums;
}

const weightedSum = (shares: Vector, vectors: readonly Vector[]): Vector => times(shares, vectors);

const vector = (weights: Weights, name: string): Vector => [...requireTensor(weights, name).data];

/** The rows of a matrix. */
function matrix(weights: Weights, name: string): Float32Array[] {
  const { shape, data } = requireTensor(weights, name);
  const [rows, columns] = shape as readonly [number, number];
  return Array.from({ length: rows }, (_, row) => data.subarray(row * columns, (row + 1) * columns));
}
