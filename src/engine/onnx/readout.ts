import type { FeatureBatch } from '../../data/batches.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import { input, type Value } from './graph.js';
import { add, tanh } from './ops/elementwise.js';
import { matmul, softmax } from './ops/matrix.js';
import { maximum } from './ops/reduce.js';
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
 * All readouts but `last`. What lies behind a sequence's length counts for nothing. Declares the input
 * `penalty` float32 [batch, timesteps]; see penaltyFeed.
 *
 * @param sequence [batch, timesteps, width], finite throughout.
 */
export function readOut(sequence: Value, network: RecurrentNetwork, weight: WeightOf): Readout {
  const [batch, timesteps, width] = sequence.shape as readonly [string, string, number];
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

/** How much each timestep counts, [batch, timesteps]: 1 in sum. */
function attentionShares(sequence: Value, penalty: Value, weight: WeightOf): Value {
  const [batch, timesteps, width] = sequence.shape as readonly [string, string, number];
  const hidden = tanh(add(matmul(sequence, weight('readout.kernel')), weight('readout.bias')));
  const scores = matmul(hidden, reshape(weight('readout.score'), [width, 1]));
  return softmax(add(reshape(scores, [batch, timesteps]), penalty));
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

/** For the input `penalty`: 0 at valid timesteps, BEHIND_LENGTH elsewhere. */
export function penaltyFeed({ lengths, timesteps }: Pick<FeatureBatch, 'lengths' | 'timesteps'>): Feed {
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
