import { scaleOf } from '../../../encoder/trained-parameters.js';
import { EMBEDDING } from '../../../network/recurrent-parameters.js';
import { statePartsOf } from '../../../network/states.js';
import { elementCount, type ParameterSpec } from '../../../tensors/tensor.js';
import { gradients } from '../differentiate.js';
import { constant, createGraph, type Graph, input, output, type Value } from '../graph.js';
import { add, multiply, subtract } from '../ops/elementwise.js';
import { concatenate, reshape, split } from '../ops/shape.js';
import { embedTokens, nextName } from '../prediction-graph.js';
import { differentiableLayers } from '../recurrent/differentiable-layer.js';
import { networkOutputs } from '../recurrent/network-graph.js';
import { readSource } from '../recurrent/source.js';
import { adamwUpdate, type UpdatedWeights } from './adamw.js';
import { rowsPrefix } from './embedding-rows.js';
import { encoderFeatures } from './encoder-network.js';
import { LOSSES } from './loss.js';
import { totalElements } from './parameter-layout.js';
import type { TrainedEncoder, TrainedNetwork, TrainedTable } from './trained-network.js';

/*
 * The graphs of a training step. Each has the input `weights` float32 [elements]: all that is trained but for an
 * embedding's rows. Those with a loss have its inputs and outputs (loss.ts) and the inputs of feedsOf; those with an update
 * have the inputs and outputs of adamwUpdate.
 */

/**
 * A whole step on `features` [batch, timesteps, inputs] or `tokens` [batch, timesteps], any number of them. Where it
 * carries states, their `next_<state>` are outputs. Where tokens are looked up in rows of a table, `rows_weights`; of a
 * source, `source_rows_weights`.
 */
export function sequenceStepGraph(trained: TrainedNetwork): Graph {
  const graph = createGraph('sequence_step');
  const weights = weightsInput(graph, trained.parameters);
  const tables = trained.tables.map((table) => rowsInput(graph, table));
  const all = withRows(weights, tables);
  const vectors = trained.network.tokens
    ? embedTokens(graph, required(all, EMBEDDING))
    : featuresInput(graph, trained);
  const from = lossOf(vectors, trained, all);
  const by = gradients(from, [...weights.values, ...tables.map(({ rows }) => rows)]);
  const count = weights.values.length;
  const dense = updatedWeights(trained, weights, by.slice(0, count));
  const ofRows = tables.map(({ rows, prefix }, index) => ({
    weights: rows,
    gradient: by[count + index]!,
    prefix,
  }));
  adamwUpdate([dense, ...ofRows], trained.update);
  return graph;
}

/** A whole step on `frames` uint8 [batch x timesteps, size, size, 3]. */
export function framesStepGraph(
  trained: TrainedNetwork,
  encoder: TrainedEncoder,
  { batch, timesteps }: { batch: number; timesteps: number },
): Graph {
  const graph = createGraph('frames_step');
  const weights = weightsInput(graph, trained.parameters);
  const encoded = encode(graph, encoder, { weights, frames: batch * timesteps });
  const features = reshape(encoded, [batch, timesteps, trained.network.inputs]);
  const by = gradients(lossOf(features, trained, weights), weights.values);
  adamwUpdate([updatedWeights(trained, weights, by)], trained.update);
  return graph;
}

/** `frames` uint8 [frames, size, size, 3] -> `features` [frames, featureCount]. */
export function encodeGraph(trained: TrainedNetwork, encoder: TrainedEncoder, frames: number): Graph {
  const graph = createGraph('encode');
  const weights = weightsInput(graph, trained.parameters);
  output('features', encode(graph, encoder, { weights, frames }));
  return graph;
}

/**
 * The recurrent network's part of a step on features: `gradient` by its own weights and, where they come of an encoder
 * that is trained, too, `features_gradient` of their shape.
 */
export function recurrentGradientGraph(
  trained: TrainedNetwork,
  { ofFeatures }: { ofFeatures: boolean },
): Graph {
  const graph = createGraph('recurrent_gradient');
  const weights = weightsInput(graph, trained.parameters);
  const features = featuresInput(graph, trained);
  const ofRecurrent = weights.values.slice(trained.encoderParameterCount);
  const from = lossOf(features, trained, weights);
  const by = gradients(from, [...(ofFeatures ? [features] : []), ...ofRecurrent]);
  if (ofFeatures) output('features_gradient', by[0]!);
  output('gradient', flatten(by.slice(-ofRecurrent.length)));
  return graph;
}

/**
 * The encoder's part: `frames` and their `features_gradient` -> `next_gradient`, which is `gradient` and what
 * these frames add to it, by the trained encoder weights.
 */
export function encoderGradientGraph(
  trained: TrainedNetwork,
  encoder: TrainedEncoder,
  frames: number,
): Graph {
  const graph = createGraph('encoder_gradient');
  const weights = weightsInput(graph, trained.parameters);
  const features = encode(graph, encoder, { weights, frames });
  const { shape } = features;
  const ofFeatures = input(graph, { name: 'features_gradient', dtype: 'float32', shape });
  const by = weights.values.slice(0, trained.encoderParameterCount);
  const added = flatten(gradients({ value: features, gradient: ofFeatures }, by));
  output(
    'next_gradient',
    add(input(graph, { name: 'gradient', dtype: 'float32', shape: added.shape }), added),
  );
  return graph;
}

/** An update by the sum of so many gradients, `gradient_0` and so on by all weights, added up in this order. */
export function updateGraph(trained: TrainedNetwork, count: number): Graph {
  const graph = createGraph('update');
  const { flat } = weightsInput(graph, trained.parameters);
  const given = Array.from({ length: count }, (_, index) =>
    input(graph, { name: gradientName(index), dtype: 'float32', shape: flat.shape }),
  );
  const gradient = given.reduce(add);
  adamwUpdate([{ weights: flat, gradient, prefix: '', factors: trained.factors }], trained.update);
  return graph;
}

export const gradientName = (index: number): string => `gradient_${index}`;

interface WeightsInput {
  readonly flat: Value;
  /** In the order of the parameters. */
  readonly values: readonly Value[];
  readonly byName: ReadonlyMap<string, Value>;
}

/** The input `weights` and the parameters that it is cut into. */
function weightsInput(graph: Graph, parameters: readonly ParameterSpec[]): WeightsInput {
  const shape = [totalElements(parameters)];
  const flat = input(graph, { name: 'weights', dtype: 'float32', shape });
  const sizes = parameters.map((parameter) => elementCount(parameter.shape));
  const parts = split(flat, 0, sizes);
  const values = parameters.map((parameter, index) => reshape(parts[index]!, parameter.shape));
  return { flat, values, byName: new Map(parameters.map(({ name }, index) => [name, values[index]!])) };
}

function featuresInput(graph: Graph, { network }: TrainedNetwork): Value {
  const shape = ['batch', 'timesteps', network.inputs];
  return input(graph, { name: 'features', dtype: 'float32', shape });
}

function encode(
  graph: Graph,
  { network, frozen, block }: TrainedEncoder,
  { weights, frames }: { weights: WeightsInput; frames: number },
): Value {
  const size = network.inputSize;
  const pixels = input(graph, { name: 'frames', dtype: 'uint8', shape: [frames, size, size, 3] });
  const weight = (name: string): Value => {
    const fixed = frozen.get(name);
    if (!fixed) return required(weights, name);
    const value = constant(graph, fixed);
    const scales = name.endsWith('.kernel') && weights.byName.get(scaleOf(name));
    return scales ? multiply(value, reshape(scales, [fixed.shape[0]!, 1, 1, 1])) : value;
  };
  return encoderFeatures(pixels, network, { weight, block });
}

/** The loss of what the network makes of the vectors, [batch, timesteps, inputs]; see OnnxLoss.build. */
function lossOf(
  vectors: Value,
  trained: TrainedNetwork,
  weights: WeightsInput,
): { value: Value; gradient: Value } {
  const { network, loss, carriesStates: carries } = trained;
  const weight = (name: string) => required(weights, name);
  const parts = { weight, layer: differentiableLayers(weight), drops: true };
  const { source: by } = network;
  const source = by && readSource(vectors.graph, { source: by, network }, parts);
  const build = { ...parts, carries, source };
  const { read, states } = networkOutputs(standardized(vectors, trained), network, build);
  for (const [index, { name }] of statePartsOf(network).entries()) {
    if (carries) output(nextName(name), states[index]!);
  }
  return LOSSES[loss].build({ read, network, weight });
}

function updatedWeights(
  { factors }: TrainedNetwork,
  { flat }: WeightsInput,
  by: readonly Value[],
): UpdatedWeights {
  return { weights: flat, gradient: flatten(by), prefix: '', factors };
}

/** The rows of a table that a step reads. */
function rowsInput(graph: Graph, { spec: { name, shape }, of }: TrainedTable): RowsInput {
  const prefix = rowsPrefix(of);
  const sizes = [`${of}_rows`, shape[1]!];
  return { name, prefix, rows: input(graph, { name: `${prefix}weights`, dtype: 'float32', shape: sizes }) };
}

interface RowsInput {
  /** Of the table. */
  readonly name: string;
  readonly prefix: string;
  readonly rows: Value;
}

/** Tokens are given as places among the rows, which so stand for the whole table. */
const withRows = (weights: WeightsInput, tables: readonly RowsInput[]): WeightsInput => ({
  ...weights,
  byName: new Map([...weights.byName, ...tables.map(({ name, rows }) => [name, rows] as const)]),
});

/** See TrainerOptions. */
function standardized(features: Value, { network, standardization }: TrainedNetwork): Value {
  if (!standardization) return features;
  const vector = (data: Float32Array) => constant(features.graph, { shape: [network.inputs], data });
  const { mean, scale } = standardization;
  return multiply(subtract(features, vector(mean)), vector(scale));
}

/** Values of known shapes as one vector. */
function flatten(values: readonly Value[]): Value {
  const [first, ...others] = values.map((value) => reshape(value, [elementCount(value.shape.map(Number))]));
  if (!first) throw new Error('There is nothing to differentiate by');
  return concatenate([first, ...others], 0);
}

function required({ byName }: WeightsInput, name: string): Value {
  const value = byName.get(name);
  if (!value) throw new Error(`There is no parameter ${name} among ${[...byName.keys()].join(', ')}`);
  return value;
}
