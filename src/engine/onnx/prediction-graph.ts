import type { RecurrentNetwork } from '../../network/recurrent.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import { constant, createGraph, type Graph, input, output } from './graph.js';
import { fusedLayers } from './recurrent/fused-layer.js';
import { networkOutputs } from './recurrent/network-graph.js';

/**
 * The recurrent network with its readout and head. Inputs: `features` float32 [batch, timesteps, inputs] and those of
 * networkOutputs. Outputs: `logits` float32 [batch, classes] and, for the readouts that attend, `attention` float32
 * [batch, timesteps].
 */
export function predictionGraph(network: RecurrentNetwork, weights: Weights): Graph {
  const graph = createGraph('recurrent');
  const shape = ['batch', 'timesteps', network.inputs];
  const features = input(graph, { name: 'features', dtype: 'float32', shape });
  const { logits, attention } = networkOutputs(features, network, {
    weight: (name) => constant(graph, { name, ...requireTensor(weights, name) }),
    layer: fusedLayers(weights),
    drops: false,
  });
  if (attention) output('attention', attention);
  output('logits', logits);
  return graph;
}
