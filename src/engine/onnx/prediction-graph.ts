import { EMBEDDING, type RecurrentNetwork } from '../../network/recurrent.js';
import { statePartsOf } from '../../network/states.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import { classScores } from './class-scores.js';
import { constant, createGraph, type Graph, input, output, type Value } from './graph.js';
import { lookUp } from './ops/embedding.js';
import { logitsOf } from './recurrent/head.js';
import { type NetworkOutputs, networkOutputs } from './recurrent/network-graph.js';
import { predictionLayers } from './recurrent/prediction-layers.js';
import type { WeightOf } from './recurrent/readouts.js';

/**
 * A network that classifies sequences. Inputs: `features` float32 [batch, timesteps, inputs] or `tokens` int32 [batch,
 * timesteps], and those of feedsOf. Outputs: `logits` float32 [batch, classes], `readout` float32 [batch, readoutWidth] and,
 * for each level that attends, `attention_<level>` float32 [its sequences, their timesteps].
 */
export function classifierGraph(network: RecurrentNetwork, weights: Weights): Graph {
  const { graph, weight, outputs } = predictor(network, weights, { carries: false });
  outputs.attentions.forEach((attention, level) => {
    if (attention) output(`attention_${level}`, attention);
  });
  output('readout', outputs.read);
  output('logits', logitsOf(outputs.read, network, weight));
  return graph;
}

/** What a network that answers every timestep is asked for. */
export type SequenceAnswer = 'logits' | 'log_probabilities';

/**
 * A network that answers every timestep. Inputs as classifierGraph and the states to start from; for log-probabilities
 * those of classFeeds too. Outputs: float32 `logits` [batch, timesteps, classes] or `log_probabilities`
 * [batch, timesteps], and `next_<state>` [batch, width].
 */
export function sequenceGraph(network: RecurrentNetwork, weights: Weights, answer: SequenceAnswer): Graph {
  const { graph, weight, outputs } = predictor(network, weights, { carries: true });
  for (const [index, { name }] of statePartsOf(network).entries()) {
    output(nextName(name), outputs.states[index]!);
  }
  if (answer === 'logits') {
    output('logits', logitsOf(outputs.read, network, weight));
  } else {
    output('log_probabilities', classScores(outputs.read, network, weight));
  }
  return graph;
}

/** The output that has a part of the states after the last timestep. */
export const nextName = (state: string): string => `next_${state}`;

/** Tokens `tokens` int32 [batch, timesteps] as the vectors of a table. */
export function embedTokens(graph: Graph, table: Value): Value {
  return lookUp(table, input(graph, { name: 'tokens', dtype: 'int32', shape: ['batch', 'timesteps'] }));
}

function predictor(
  network: RecurrentNetwork,
  weights: Weights,
  { carries }: { carries: boolean },
): { graph: Graph; weight: WeightOf; outputs: NetworkOutputs } {
  const graph = createGraph('recurrent');
  const known = new Map<string, Value>();
  const weight = (name: string): Value => {
    const value = known.get(name) ?? constant(graph, { name, ...requireTensor(weights, name) });
    known.set(name, value);
    return value;
  };
  const shape = ['batch', 'timesteps', network.inputs];
  const vectors = network.tokens
    ? embedTokens(graph, weight(EMBEDDING))
    : input(graph, { name: 'features', dtype: 'float32', shape });
  const build = { weight, layer: predictionLayers(weights, weight), drops: false, carries };
  return { graph, weight, outputs: networkOutputs(vectors, network, build) };
}
