import type { FeatureBatch } from '../../data/batches.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import { input, type Value } from './graph.js';
import { add, tanh } from './ops/elementwise.js';
import { matmul, softmax } from './ops/matrix.js';
import { reshape, transpose } from './ops/shape.js';
import type { Feed } from './session.js';

/** Penalty of a timestep behind a sequence's length: no score makes up for it, and exp() of it is 0. */
const BEHIND_LENGTH = -1e30;

/** Gives a weight by its name. */
type WeightOf = (name: string) => Value;

/**
 * How much each timestep counts for the readouts `mean` and `attention`, [batch, timesteps]: 0 behind a
 * sequence's length, 1 in sum. Declares the input `penalty` float32 [batch, timesteps]; see penaltyFeed.
 *
 * @param sequence [batch, timesteps, width]
 */
export function timestepShares(sequence: Value, network: RecurrentNetwork, weight: WeightOf): Value {
  const [batch, timesteps, width] = sequence.shape as readonly [string, string, number];
  const penalty = input(sequence.graph, { name: 'penalty', dtype: 'float32', shape: [batch, timesteps] });
  if (network.readout !== 'attention') return softmax(penalty);
  const hidden = tanh(add(matmul(sequence, weight('readout.kernel')), weight('readout.bias')));
  const scores = matmul(hidden, reshape(weight('readout.score'), [width, 1]));
  return softmax(add(reshape(scores, [batch, timesteps]), penalty));
}

/** [batch, timesteps, width] and [batch, timesteps] -> [batch, width]. */
export function weightedSum(sequence: Value, shares: Value): Value {
  const [batch, timesteps, width] = sequence.shape as readonly [string, string, number];
  const rows = transpose(reshape(shares, [batch, timesteps, 1]), [0, 2, 1]);
  return reshape(matmul(rows, sequence), [batch, width]);
}

/** [batch, width] -> logits [batch, classes]. */
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
