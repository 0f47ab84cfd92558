import { type Cell as CellKind, cellLayout } from '../../src/network/cells.js';
import type { Readout } from '../../src/network/readouts.js';
import {
  answersTimesteps,
  cellName,
  directionsOf,
  levelsOf,
  type RecurrentLevel,
  type RecurrentNetwork,
  segmentOf,
  sourceLevelOf,
} from '../../src/network/recurrent.js';
import { requireTensor, type Weights } from '../../src/tensors/tensor.js';

type Vector = number[];

/** A sequence's timesteps: vectors, or the indices of tokens. */
export type ReferenceSequence = readonly Vector[] | readonly number[];

export interface ReferenceResult {
  /** Where the network answers every timestep, those of all, one after the other. */
  readonly logits: Vector;
  /** What the head reads, without dropout; of every timestep, one after the other, where each has an answer. */
  readonly readout: Vector;
  /** One share for each timestep; where the network attends. */
  readonly attention?: Vector | undefined;
  /** After the last timestep: of each layer its output and, of an LSTM, its memory. */
  readonly states: readonly Vector[];
}

export interface ReferenceOptions {
  /** Timesteps of each segment. */
  readonly segments?: readonly number[] | undefined;
  /** Before the first timestep; zeros when absent. */
  readonly states?: readonly Vector[] | undefined;
  /** Tokens of what the network reads first, where it has a source. */
  readonly source?: readonly number[] | undefined;
  /** What is multiplied with what a layer, or the head, reads; `sequence` is a segment's where the level has these. */
  readonly mask?: ((place: MaskPlace) => Vector) | undefined;
}

export interface MaskPlace {
  readonly level: number | 'source';
  readonly layer: number | 'readout';
  readonly sequence: number;
}

/** One sequence's result in float64, straight from the papers' equations, one timestep at a time. */
export function recurrentReference(
  network: RecurrentNetwork,
  weights: Weights,
  sequence: ReferenceSequence,
  options: ReferenceOptions = {},
): ReferenceResult {
  const vectors = sequence.map((item) =>
    typeof item === 'number' ? [...matrix(weights, 'embedding.table')[item]!] : item,
  );
  const { mask = () => [] } = options;
  const [first, upper] = levelsOf(network);
  const source = options.source && readSource(network, weights, options.source, mask);
  const run = (level: RecurrentLevel, index: number, items: readonly Vector[], number: number) =>
    runLevel(level, weights, items, {
      states: source?.states ?? options.states,
      mask: (layer) => mask({ level: index, layer, sequence: number }),
    });
  const lower = segmentsOf(network, vectors, options).map((segment, index) => run(first, 0, segment, index));
  const top = upper
    ? run(
        upper,
        1,
        lower.map(({ readout }) => readout[0]!),
        0,
      )
    : lower[0]!;
  const dropped = mask({ level: upper ? 1 : 0, layer: 'readout', sequence: 0 });
  const readout = source ? top.readout.map((h) => attendTo(source.memory, weights, h)) : top.readout;
  return {
    logits: readout.flatMap((read) => head(network, weights, masked(read, dropped))),
    readout: readout.flat(),
    attention: upper ? sharesOfBoth(lower, top) : top.attention,
    states: top.states,
  };
}

/** The outputs of what reads a source, and the states that come of the last ones of both directions. */
function readSource(
  network: RecurrentNetwork,
  weights: Weights,
  tokens: readonly number[],
  mask: (place: MaskPlace) => Vector,
): { memory: readonly Vector[]; states: Vector[] } {
  const level = sourceLevelOf(network.source!);
  const vectors = tokens.map((token) => [...matrix(weights, 'source.embedding.table')[token]!]);
  const run = (readout: Readout) =>
    runLevel({ ...level, readout }, weights, vectors, {
      states: undefined,
      mask: (layer) => mask({ level: 'source', layer, sequence: 0 }),
    }).readout;
  const last = run('last')[0]!;
  const parts = network.cell === 'lstm' ? ['output', 'memory'] : ['output'];
  const names = Array.from({ length: network.layers }, (_, layer) =>
    parts.map((part) => `bridge.state.${layer}.${part}`),
  ).flat();
  return { memory: run('every'), states: names.map((name) => affine(weights, name, last).map(Math.tanh)) };
}

/** Luong et al. 2015, equations 5 to 8: score `general`, softmax, the weighted mean, and tanh(W [c; h]). */
function attendTo(memory: readonly Vector[], weights: Weights, h: Vector): Vector {
  const query = matrix(weights, 'attention.table').map((row) => dot(row, h));
  const exponentials = memory.map((m) => Math.exp(m.reduce((sum, value, i) => sum + value * query[i]!, 0)));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  const context = weightedSum(
    exponentials.map((value) => value / total),
    memory,
  );
  return affine(weights, 'attention.combine', [...context, ...h]).map(Math.tanh);
}

/** W x + b, W having a row for each output. */
const affine = (weights: Weights, name: string, x: Vector): Vector =>
  plus(
    matrix(weights, `${name}.table`).map((row) => dot(row, x)),
    vector(weights, `${name}.bias`),
  );

/** All as one where there is no upper level. */
function segmentsOf(
  network: RecurrentNetwork,
  vectors: readonly Vector[],
  { segments }: ReferenceOptions,
): Array<readonly Vector[]> {
  if (!network.upper) return [vectors];
  const parts: Array<readonly Vector[]> = [];
  for (let start = 0; start < vectors.length; start += parts.at(-1)!.length) {
    parts.push(vectors.slice(start, start + (segments?.[parts.length] ?? segmentOf(network))));
  }
  return parts;
}

function sharesOfBoth(lower: readonly LevelResult[], top: LevelResult): Vector | undefined {
  const { attention } = top;
  if (!attention || lower.some((segment) => !segment.attention)) return undefined;
  return lower.flatMap((segment, index) => segment.attention!.map((share) => share * attention[index]!));
}

function head({ tied, ...network }: RecurrentNetwork, weights: Weights, read: Vector): Vector {
  const bias = vector(weights, 'head.bias');
  if (network.softmax?.kind === 'adaptive') return adaptiveHead(network.softmax.cutoffs, weights, read);
  if (!answersTimesteps({ ...network, tied })) return plus(times(read, matrix(weights, 'head.kernel')), bias);
  const table = matrix(weights, tied ? 'embedding.table' : 'head.table');
  return table.map((row, index) => dot(row, read) + bias[index]!);
}

/** The log-probabilities of all words: a frequent one's, or its tail's and then its own in it (Grave et al. 2017). */
function adaptiveHead(cutoffs: readonly number[], weights: Weights, read: Vector): Vector {
  const bias = vector(weights, 'head.bias');
  const ofHead = logShares(matrix(weights, 'head.table').map((row, index) => dot(row, read) + bias[index]!));
  const frequent = cutoffs[0]!;
  return [
    ...ofHead.slice(0, frequent),
    ...cutoffs.flatMap((_, tail) => {
      const narrow = matrix(weights, `head.tails.${tail}.projection`).map((row) => dot(row, read));
      const ofTail = logShares(matrix(weights, `head.tails.${tail}.table`).map((row) => dot(row, narrow)));
      return ofTail.map((own) => ofHead[frequent + tail]! + own);
    }),
  ];
}

function logShares(logits: Vector): Vector {
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return logits.map((logit) => logit - total);
}

interface LevelResult {
  /** One vector, or one for each timestep. */
  readonly readout: readonly Vector[];
  readonly attention?: Vector | undefined;
  readonly states: readonly Vector[];
}

function runLevel(
  level: RecurrentLevel,
  weights: Weights,
  vectors: readonly Vector[],
  { states, mask }: { states: readonly Vector[] | undefined; mask: (layer: number) => Vector },
): LevelResult {
  let outputs = vectors;
  let final: Vector = [];
  const after: Vector[] = [];
  for (let layer = 0; layer < level.layers; layer++) {
    const read = outputs.map((output) => masked(output, mask(layer)));
    const passes = directionsOf(level).map((direction) => {
      const isBackward = direction === 'backward';
      const cell = cellOf(level, weights, cellName(level, layer, direction));
      const parts = cellLayout(level.cell).states.length;
      const start = states?.slice(layer * parts, (layer + 1) * parts);
      const turns = run(cell, isBackward ? read.toReversed() : read, { units: level.units, start });
      after.push(...[turns.at(-1)!.output, turns.at(-1)!.memory].slice(0, parts));
      const own = turns.map(({ output }) => output);
      return { states: isBackward ? own.toReversed() : own, last: own.at(-1)! };
    });
    outputs = outputs.map((_, t) => passes.flatMap((pass) => pass.states[t]!));
    final = passes.flatMap((pass) => pass.last);
  }
  return { ...READOUTS[level.readout]({ level, weights, outputs, final }), states: after };
}

interface Outputs {
  readonly level: RecurrentLevel;
  readonly weights: Weights;
  /** Of each timestep. */
  readonly outputs: readonly Vector[];
  /** Each direction's last, together. */
  readonly final: Vector;
}

type ReadoutReference = Pick<LevelResult, 'readout' | 'attention'>;

const READOUTS: Readonly<Record<Readout, (read: Outputs) => ReadoutReference>> = {
  last: ({ final }) => ({ readout: [final] }),
  mean: ({ outputs }) => ({ readout: [mean(outputs)] }),
  attention: ({ level, weights, outputs }) => {
    const attention = attend(weights, outputs, nameOf(level));
    return { readout: [weightedSum(attention, outputs)], attention };
  },
  pooled: ({ level, weights, outputs }) => {
    const attention = attend(weights, outputs, nameOf(level));
    const largest = outputs[0]!.map((_, unit) => Math.max(...outputs.map((output) => output[unit]!)));
    return { readout: [[...largest, ...mean(outputs), ...weightedSum(attention, outputs)]], attention };
  },
  hierarchical: ({ level, weights, outputs }) => {
    const segments: Array<{ shares: Vector; vector: Vector }> = [];
    for (let start = 0; start < outputs.length; start += segmentOf(level)) {
      const segment = outputs.slice(start, start + segmentOf(level));
      const shares = attend(weights, segment, nameOf(level));
      segments.push({ shares, vector: weightedSum(shares, segment) });
    }
    const vectors = segments.map(({ vector: ofSegment }) => ofSegment);
    const shares = attend(weights, vectors, `${nameOf(level)}.segments`);
    return {
      readout: [weightedSum(shares, vectors)],
      attention: segments.flatMap((segment, index) => segment.shares.map((share) => share * shares[index]!)),
    };
  },
  every: ({ outputs }) => ({ readout: outputs }),
};

const nameOf = ({ prefix = '' }: RecurrentLevel) => `${prefix}readout`;

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

function run(
  cell: Cell,
  inputs: readonly Vector[],
  { units, start }: { units: number; start: readonly Vector[] | undefined },
): State[] {
  const zeros = Array.from({ length: units }, () => 0);
  let state: State = { output: start?.[0] ?? zeros, memory: start?.[1] ?? zeros };
  return inputs.map((x) => {
    state = cell(x, state);
    return state;
  });
}

interface CellWeights {
  readonly units: number;
  readonly kernel: readonly Float32Array[];
  readonly recurrentKernel: readonly Float32Array[];
  readonly bias: Vector;
}

function cellOf({ cell, units }: RecurrentLevel, weights: Weights, name: string): Cell {
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
function attend(weights: Weights, outputs: readonly Vector[], name: string): Vector {
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

/** Element by element; with all ones where there is no mask. */
const masked = (a: Vector, mask: Vector): Vector => a.map((value, index) => value * (mask[index] ?? 1));

const dot = (a: Float32Array, b: Vector): number =>
  a.reduce((total, value, index) => total + value * b[index]!, 0);

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
