import type { FeatureBatch } from '../../inputs/batches.js';
import { ATTENTION, type RecurrentNetwork } from '../../network/recurrent.js';
import { segmentPenalties } from '../../network/segments.js';
import { input, type Value } from './graph.js';
import { add, tanh } from './ops/elementwise.js';
import { matmul, softmax } from './ops/matrix.js';
import { maximum } from './ops/maximum.js';
import { concatenate, reshape, transpose } from './ops/shape.js';
import type { Feed } from './session.js';

/** Penalty of a timestep behind a sequence's length: no score makes up for it, and exp() of it is 0. */
const BEHIND_LENGTH = -1e30;

/** Gives a weight by its name. */
type WeightOf = (name: string) => Value;

export interface Readout {
  /** [batch, readoutWidth] */
  readonly readout: Value;
  /** [batch, timesteps]; where the readout attends. */
  readonly attention?: Value;
}

/**
 * All readouts but `last`. What lies behind a sequence's length counts for nothing. Declares the inputs that
 * readoutFeeds fills.
 *
 * @param sequence [batch, timesteps, width], finite throughout.
 */
export function readOut(sequence: Value, network: RecurrentNetwork, weight: WeightOf): Readout {
  const [batch, timesteps, width] = sequence.shape as readonly [string, string, number];
  if (network.readout === 'hierarchical') return hierarchical(sequence, weight);
  const penalty = input(sequence.graph, { name: 'penalty', dtype: 'float32', shape: [batch, timesteps] });
  const mean = () => weightedSum(sequence, softmax(penalty));
  if (network.readout === 'mean') return { readout: mean() };
  const attention = attentionShares(sequence, penalty, weight);
  const attended = weightedSum(sequence, attention);
  if (network.readout === 'attention') return { readout: attended, attention };
  const penalized = add(sequence, reshape(penalty, [batch, timesteps, 1]));
  const largest = reshape(maximum(penalized, 1), [batch, width]);
  return { readout: concatenate([largest, mean(), attended], 1), attention };
}

/**
 * Each segment attends to all timesteps, with a penalty for those of others: no segment has to be cut out, and so
 * one graph serves any length.
 */
function hierarchical(sequence: Value, weight: WeightOf): Required<Readout> {
  const { graph } = sequence;
  const [batch, timesteps, width] = sequence.shape as readonly [string, string, number];
  const declare = (name: string, shape: Value['shape']) => input(graph, { name, dtype: 'float32', shape });
  const within = declare('penalty_within_segments', [batch, 'segments', timesteps]);
  const between = declare('penalty_between_segments', [batch, 1, 'segments']);
  const row = (scores: Value) => transpose(scores, [0, 2, 1]);
  const inSegments = softmax(add(row(scoresOf(sequence, ATTENTION.timesteps, weight)), within));
  const vectors = matmul(inSegments, sequence);
  const ofSegments = softmax(add(row(scoresOf(vectors, ATTENTION.segments, weight)), between));
  return {
    readout: reshape(matmul(ofSegments, vectors), [batch, width]),
    attention: reshape(row(matmul(ofSegments, inSegments)), [batch, timesteps]),
  };
}

/** How much each timestep counts, [batch, timesteps]: 1 in sum. */
function attentionShares(sequence: Value, penalty: Value, weight: WeightOf): Value {
  const [batch, timesteps] = sequence.shape as readonly [string, string, number];
  const scores = scoresOf(sequence, ATTENTION.timesteps, weight);
  return softmax(add(reshape(scores, [batch, timesteps]), penalty));
}

/** [batch, n, width] -> [batch, n, 1], with the parameters of that prefix. */
function scoresOf(vectors: Value, name: string, weight: WeightOf): Value {
  const hidden = tanh(add(matmul(vectors, weight(`${name}.kernel`)), weight(`${name}.bias`)));
  return matmul(hidden, reshape(weight(`${name}.score`), [Number(vectors.shape[2]), 1]));
}

/** [batch, timesteps, width] and [batch, timesteps] -> [batch, width]. */
function weightedSum(sequence: Value, shares: Value): Value {
  const [batch, timesteps, width] = sequence.shape as readonly [string, string, number];
  const rows = transpose(reshape(shares, [batch, timesteps, 1]), [0, 2, 1]);
  return reshape(matmul(rows, sequence), [batch, width]);
}

/** [batch, readoutWidth] -> logits [batch, classes]. */
export function head(readout: Value, weight: WeightOf): Value {
  return add(matmul(readout, weight('head.kernel')), weight('head.bias'));
}

/** For the inputs that readOut declares: 0 where something counts, BEHIND_LENGTH elsewhere. */
export function readoutFeeds(network: RecurrentNetwork, batch: Lengths): Record<string, Feed> {
  if (network.readout === 'last') return {};
  if (network.readout !== 'hierarchical') return { penalty: penaltyFeed(batch) };
  const { lengths, timesteps } = batch;
  const penalties = segmentPenalties(network, { lengths, timesteps, penalty: BEHIND_LENGTH });
  const { segments, within, between } = penalties;
  return {
    penalty_within_segments: { data: within, shape: [lengths.length, segments, timesteps] },
    penalty_between_segments: { data: between, shape: [lengths.length, 1, segments] },
  };
}

type Lengths = Pick<FeatureBatch, 'lengths' | 'timesteps'>;

function penaltyFeed({ lengths, timesteps }: Lengths): Feed {
  const data = new Float32Array(lengths.length * timesteps);
  lengths.forEach((length, row) => {
    data.fill(BEHIND_LENGTH, row * timesteps + length, (row + 1) * timesteps);
  });
  return { data, shape: [lengths.length, timesteps] };
}

/** float32 [batch, timesteps, inputs], zero behind each length whatever lies there: 0 x NaN would be NaN. */
export function featuresFeed({ data, lengths, timesteps }: FeatureBatch): Feed {
  const width = data.length / (lengths.length * timesteps);
  const shape = [lengths.length, timesteps, width];
  if (lengths.every((length) => length === timesteps)) return { data, shape };
  const clean = data.slice();
  lengths.forEach((length, row) => {
    clean.fill(0, (row * timesteps + length) * width, (row + 1) * timesteps * width);
  });
  return { data: clean, shape };
}
