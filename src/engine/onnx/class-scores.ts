import { IGNORED } from '../../network/losses.js';
import { type RecurrentNetwork, readoutWidthOf, topLevelOf } from '../../network/recurrent.js';
import { adaptiveParts } from '../../network/softmax.js';
import { adaptiveFeeds, adaptiveInputs } from './adaptive-feeds.js';
import { input, type Value } from './graph.js';
import { indexFeed } from './index-feeds.js';
import { adaptiveLogProbabilities } from './ops/adaptive-softmax.js';
import { linearLogProbabilities } from './ops/linear-cross-entropy.js';
import { adaptiveLayer, outputLayer } from './recurrent/head.js';
import type { WeightOf } from './recurrent/readout.js';
import type { Feed } from './session.js';

/**
 * What the softmax gives to one class a timestep: of what the head reads [batch, timesteps, width] the logarithms [batch,
 * timesteps]. Declares the inputs that classFeeds fills.
 */
export function classScores(read: Value, network: RecurrentNetwork, weight: WeightOf): Value {
  const { graph } = read;
  const shape = read.shape.slice(0, 2);
  if (network.softmax?.kind === 'adaptive') {
    const layer = adaptiveLayer(network, weight);
    const wanted = adaptiveInputs(graph, { shape, tails: layer.tails.length });
    return adaptiveLogProbabilities(read, layer, wanted);
  }
  const classes = input(graph, { name: 'indices', dtype: 'int32', shape });
  return linearLogProbabilities(read, outputLayer(network, weight), classes);
}

/** @param classes of each timestep one, or IGNORED, for which the score is anything. */
export function classFeeds(
  classes: Int32Array,
  { network, shape }: { network: RecurrentNetwork; shape: readonly number[] },
): Record<string, Feed> {
  const known = classes.map((index) => (index === IGNORED ? 0 : index));
  const parts = adaptiveParts(network, readoutWidthOf(topLevelOf(network)));
  if (parts) return adaptiveFeeds(known, { shape, ends: parts.ends });
  return { indices: indexFeed(known, { shape, rows: network.classes }) };
}
