import { answersTimesteps, EMBEDDING, HEAD, type RecurrentNetwork } from '../../../network/recurrent.js';
import type { Value } from '../graph.js';
import { add } from '../ops/elementwise.js';
import { linear, type OutputLayer } from '../ops/linear.js';
import { matmul } from '../ops/matrix.js';
import type { WeightOf } from './readouts.js';

/** What the head reads -> logits [..., classes]. */
export function logitsOf(read: Value, network: RecurrentNetwork, weight: WeightOf): Value {
  if (answersTimesteps(network)) return linear(read, outputLayer(network, weight));
  return add(matmul(read, weight(`${HEAD}.kernel`)), weight(`${HEAD}.bias`));
}

/** The head of a network that answers every timestep, for ops that make no logits of it. */
export function outputLayer({ tied }: RecurrentNetwork, weight: WeightOf): OutputLayer {
  return { table: weight(tied ? EMBEDDING : `${HEAD}.table`), bias: weight(`${HEAD}.bias`) };
}
