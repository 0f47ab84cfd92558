import { ATTENTION, type Readout } from '../../../network/readouts.js';
import type { Value } from '../graph.js';
import { add, tanh } from '../ops/elementwise.js';
import { matmul, softmax } from '../ops/matrix.js';
import { maximum } from '../ops/maximum.js';
import { concatenate, reshape, transpose } from '../ops/shape.js';
import type { LevelInputs } from './network-inputs.js';

/** Gives a weight by its name. */
export type WeightOf = (name: string) => Value;

/** What readouts read. */
export interface Outputs {
  /** The topmost layer's outputs, [batch, timesteps, width], finite throughout. */
  readonly sequence: () => Value;
  /** [batch, width]; see LayerOutputs. */
  readonly last: () => Value;
  readonly inputs: LevelInputs;
  readonly weight: WeightOf;
  /** What the names of the level's parameters begin with. */
  readonly prefix: string;
}

export interface ReadoutResult {
  /** [batch, readoutWidth], or [batch, timesteps, readoutWidth] */
  readonly readout: Value;
  /** [batch, timesteps]; where the readout attends. */
  readonly attention?: Value | undefined;
}

/** In these, what lies past a sequence's length counts for nothing. */
export const READOUTS: Readonly<Record<Readout, (outputs: Outputs) => ReadoutResult>> = {
  last: ({ last }) => ({ readout: last() }),
  mean: (outputs) => ({ readout: mean(outputs) }),
  attention,
  pooled: (outputs) => {
    const attended = attention(outputs);
    return { ...attended, readout: concatenate([largest(outputs), mean(outputs), attended.readout], 1) };
  },
  hierarchical,
  every: ({ sequence }) => ({ readout: sequence() }),
};

function mean({ sequence, inputs }: Outputs): Value {
  return weightedSum(sequence(), softmax(inputs.declare('penalty')));
}

function attention(outputs: Outputs): ReadoutResult {
  const { sequence, inputs } = outputs;
  const read = sequence();
  const [batch, timesteps] = read.shape;
  const scores = reshape(scoresOf(read, ATTENTION.timesteps, outputs), [batch!, timesteps!]);
  const shares = softmax(add(scores, inputs.declare('penalty')));
  return { readout: weightedSum(read, shares), attention: shares };
}

function largest({ sequence, inputs }: Outputs): Value {
  const read = sequence();
  const [batch, timesteps, width] = read.shape;
  const penalized = add(read, reshape(inputs.declare('penalty'), [batch!, timesteps!, 1]));
  return reshape(maximum(penalized, 1), [batch!, width!]);
}

/**
 * Each segment attends to all timesteps, with a penalty for those of others: no segment has to be cut out, and so
 * one graph serves any length.
 */
function hierarchical(outputs: Outputs): ReadoutResult {
  const { sequence, inputs } = outputs;
  const read = sequence();
  const [batch, timesteps, width] = read.shape;
  const row = (scores: Value) => transpose(scores, [0, 2, 1]);
  const within = inputs.declare('penalty_within_segments');
  const between = inputs.declare('penalty_between_segments');
  const inSegments = softmax(add(row(scoresOf(read, ATTENTION.timesteps, outputs)), within));
  const vectors = matmul(inSegments, read);
  const ofSegments = softmax(add(row(scoresOf(vectors, ATTENTION.segments, outputs)), between));
  return {
    readout: reshape(matmul(ofSegments, vectors), [batch!, width!]),
    attention: reshape(row(matmul(ofSegments, inSegments)), [batch!, timesteps!]),
  };
}

/** [batch, n, width] -> [batch, n, 1], with the parameters of that prefix. */
function scoresOf(vectors: Value, name: string, { weight, prefix }: Outputs): Value {
  const parameter = (part: string) => weight(`${prefix}${name}.${part}`);
  const hidden = tanh(add(matmul(vectors, parameter('kernel')), parameter('bias')));
  return matmul(hidden, reshape(parameter('score'), [Number(vectors.shape[2]), 1]));
}

/** [batch, timesteps, width] and [batch, timesteps] -> [batch, width]. */
function weightedSum(sequence: Value, shares: Value): Value {
  const [batch, timesteps, width] = sequence.shape;
  const rows = transpose(reshape(shares, [batch!, timesteps!, 1]), [0, 2, 1]);
  return reshape(matmul(rows, sequence), [batch!, width!]);
}
