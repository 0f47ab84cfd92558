import {
  answersTimesteps,
  type RecurrentNetwork,
  readoutWidthOf,
  topLevelOf,
} from '../../../network/recurrent.js';
import { EMBEDDING, HEAD, tailName } from '../../../network/recurrent-parameters.js';
import { adaptiveParts } from '../../../network/softmax.js';
import type { Value } from '../graph.js';
import { type AdaptiveLayer, adaptiveDistribution } from '../ops/adaptive-softmax.js';
import { add } from '../ops/elementwise.js';
import { linear, type OutputLayer } from '../ops/linear.js';
import { matmul } from '../ops/matrix.js';
import type { WeightOf } from './readout.js';

/** What the head reads -> logits [..., classes]; of an adaptive softmax log-probabilities, which are logits as well. */
export function logitsOf(read: Value, network: RecurrentNetwork, weight: WeightOf): Value {
  if (!answersTimesteps(network)) return add(matmul(read, weight(`${HEAD}.kernel`)), weight(`${HEAD}.bias`));
  if (network.softmax?.kind === 'adaptive') return adaptiveDistribution(read, adaptiveLayer(network, weight));
  return linear(read, outputLayer(network, weight));
}

/** The head of a network that answers every timestep, for ops that make no logits of it. */
export function outputLayer({ tied }: RecurrentNetwork, weight: WeightOf): OutputLayer {
  return { table: weight(tied ? EMBEDDING : `${HEAD}.table`), bias: weight(`${HEAD}.bias`) };
}

/** The head of a network whose softmax is adaptive. */
export function adaptiveLayer(network: RecurrentNetwork, weight: WeightOf): AdaptiveLayer {
  const parts = adaptiveParts(network, readoutWidthOf(topLevelOf(network)));
  if (!parts) throw new Error('The softmax of this network is not adaptive');
  return {
    head: { table: weight(`${HEAD}.table`), bias: weight(`${HEAD}.bias`) },
    tails: parts.tails.map((_, tail) => ({
      projection: weight(`${tailName(tail)}.projection`),
      table: weight(`${tailName(tail)}.table`),
    })),
  };
}
