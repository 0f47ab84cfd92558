import type { RecurrentNetwork } from '../../network/recurrent.js';
import { EMBEDDING } from '../../network/recurrent-parameters.js';
import { statePartsOf } from '../../network/states.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import { classScores } from './class-scores.js';
import { constant, createGraph, type Graph, input, output, type Value } from './graph.js';
import { lookUp } from './ops/embedding.js';
import { logSoftmax } from './ops/matrix.js';
import { logitsOf } from './recurrent/head.js';
import type { RunLayer } from './recurrent/layer.js';
import { type NetworkOutputs, networkOutputs } from './recurrent/network-graph.js';
import { predictionLayers } from './recurrent/prediction-layers.js';
import type { WeightOf } from './recurrent/readout.js';
import { readSource, sourceInputs } from './recurrent/source.js';

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
 * [batch, timesteps], and `next_<state>` [batch, width]. One that reads a source has that in place of states.
 */
export function sequenceGraph(network: RecurrentNetwork, weights: Weights, answer: SequenceAnswer): Graph {
  const { graph, weight, outputs } = predictor(network, weights, { carries: !network.source });
  if (!network.source) outputStates(network, outputs);
  if (answer === 'logits') {
    output('logits', logitsOf(outputs.read, network, weight));
  } else {
    output('log_probabilities', classScores(outputs.read, network, weight));
  }
  return graph;
}

/**
 * What reads the source of a network. Inputs: `source_tokens` and those of feedsOf. Outputs: `memory` float32 [batch,
 * source_timesteps, width] and the states to start from, `<state>` [batch, width].
 */
export function sourceGraph(network: RecurrentNetwork, weights: Weights): Graph {
  const { graph, weight, layer } = predictionParts('source', weights);
  const { memory, initial } = readSource(graph, withSource(network), { weight, layer, drops: false });
  output('memory', memory);
  const states = Array.from({ length: network.layers }, (_, place) => initial!(place)).flat();
  for (const [index, { name }] of statePartsOf(network).entries()) output(startName(name), states[index]!);
  return graph;
}

/**
 * What writes after a source that was read. Inputs: `tokens` int32 [batch, timesteps], `memory`, the states to start from
 * and those of feedsOf. Outputs: float32 `log_probabilities` [batch, timesteps, classes], `attention` [batch, timesteps,
 * source_timesteps] and `next_<state>` [batch, width].
 */
export function writerGraph(network: RecurrentNetwork, weights: Weights): Graph {
  const { graph, weight, layer } = predictionParts('writer', weights);
  const source = sourceInputs(graph, withSource(network).source);
  const build = { weight, layer, drops: false, carries: true, source };
  const outputs = networkOutputs(embedTokens(graph, weight(EMBEDDING)), network, build);
  outputStates(network, outputs);
  output('attention', outputs.sourceAttention!);
  output('log_probabilities', logSoftmax(logitsOf(outputs.read, network, weight)));
  return graph;
}

function outputStates(network: RecurrentNetwork, { states }: NetworkOutputs): void {
  for (const [index, { name }] of statePartsOf(network).entries()) output(nextName(name), states[index]!);
}

/** The output that has a part of the states before the first token. */
export const startName = (state: string): string => `start_${state}`;

/** The output that has a part of the states after the last timestep. */
export const nextName = (state: string): string => `next_${state}`;

/** Tokens `tokens` int32 [batch, timesteps] as the vectors of a table. */
export function embedTokens(graph: Graph, table: Value): Value {
  return lookUp(table, input(graph, { name: 'tokens', dtype: 'int32', shape: ['batch', 'timesteps'] }));
}

function withSource(network: RecurrentNetwork) {
  const { source } = network;
  if (!source) throw new Error('This network reads no source');
  return { source, network };
}

/** A graph to put a network into, with its weights in it. */
function predictionParts(
  title: string,
  weights: Weights,
): { graph: Graph; weight: WeightOf; layer: RunLayer } {
  const graph = createGraph(title);
  const known = new Map<string, Value>();
  const weight = (name: string): Value => {
    const value = known.get(name) ?? constant(graph, { name, ...requireTensor(weights, name) });
    known.set(name, value);
    return value;
  };
  return { graph, weight, layer: predictionLayers(weights, weight) };
}

function predictor(
  network: RecurrentNetwork,
  weights: Weights,
  { carries }: { carries: boolean },
): { graph: Graph; weight: WeightOf; outputs: NetworkOutputs } {
  const { graph, weight, layer } = predictionParts('recurrent', weights);
  const shape = ['batch', 'timesteps', network.inputs];
  const vectors = network.tokens
    ? embedTokens(graph, weight(EMBEDDING))
    : input(graph, { name: 'features', dtype: 'float32', shape });
  const parts = { weight, layer, drops: false };
  const { source: by } = network;
  const source = by && readSource(graph, { source: by, network }, parts);
  const build = { ...parts, carries, source };
  return { graph, weight, outputs: networkOutputs(vectors, network, build) };
}
