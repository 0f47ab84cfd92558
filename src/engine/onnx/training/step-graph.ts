import { elementCount, type ParameterSpec } from '../../../tensors/tensor.js';
import { gradients } from '../differentiate.js';
import { constant, createGraph, type Graph, input, output, type Value } from '../graph.js';
import { add, multiply, subtract } from '../ops/elementwise.js';
import { concatenate, reshape, split } from '../ops/shape.js';
import { differentiableLayers } from '../recurrent/differentiable-layer.js';
import { networkOutputs } from '../recurrent/network-graph.js';
import { adamwUpdate } from './adamw.js';
import { encoderFeatures } from './encoder-network.js';
import { LOSSES } from './loss.js';
import { totalElements } from './parameter-layout.js';
import type { TrainedEncoder, TrainedNetwork } from './trained-network.js';

/*
 * The graphs of a training step. Each has the input `weights` float32 [elements]: all that is trained.
 * Those with a loss have the inputs of lossFeeds and feedsOf, and the outputs `loss` [] and `logits`
 * [batch, classes]; those with an update have the inputs and outputs of adamwUpdate.
 */

/** A whole step on features [batch, timesteps, inputs], any number of them. */
export function featuresStepGraph(trained: TrainedNetwork): Graph {
  const graph = createGraph('features_step');
  const weights = weightsInput(graph, trained.parameters);
  const { logits, gradient } = lossOf(featuresInput(graph, trained), trained, weights);
  const all = gradients({ value: logits, gradient }, weights.values);
  adamwUpdate(weights.flat, flatten(all), trained.update);
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
  const { logits, gradient } = lossOf(features, trained, weights);
  const all = gradients({ value: logits, gradient }, weights.values);
  adamwUpdate(weights.flat, flatten(all), trained.update);
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
 * The recurrent network's part of a step on features: `features_gradient` of their shape and `gradient` by
 * its own weights.
 */
export function recurrentGradientGraph(trained: TrainedNetwork): Graph {
  const graph = createGraph('recurrent_gradient');
  const weights = weightsInput(graph, trained.parameters);
  const features = featuresInput(graph, trained);
  const { logits, gradient } = lossOf(features, trained, weights);
  const ofRecurrent = weights.values.slice(trained.encoderParameterCount);
  const [ofFeatures, ...others] = gradients({ value: logits, gradient }, [features, ...ofRecurrent]);
  output('features_gradient', ofFeatures!);
  output('gradient', flatten(others));
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

/** An update by `encoder_gradient` and `recurrent_gradient`, that of all weights in two parts. */
export function updateGraph(trained: TrainedNetwork): Graph {
  const graph = createGraph('update');
  const { flat } = weightsInput(graph, trained.parameters);
  const part = (name: string, parameters: readonly ParameterSpec[]) =>
    input(graph, { name, dtype: 'float32', shape: [totalElements(parameters)] });
  const ofEncoder = part('encoder_gradient', trained.parameters.slice(0, trained.encoderParameterCount));
  const ofRecurrent = part('recurrent_gradient', trained.parameters.slice(trained.encoderParameterCount));
  adamwUpdate(flat, concatenate([ofEncoder, ofRecurrent], 0), trained.update);
  return graph;
}

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
    return fixed ? constant(graph, fixed) : required(weights, name);
  };
  return encoderFeatures(pixels, network, { weight, block });
}

/** Declares the inputs `targets` and `shares` and the outputs `loss` and `logits`. */
function lossOf(
  features: Value,
  trained: TrainedNetwork,
  weights: WeightsInput,
): { logits: Value; gradient: Value } {
  const { network, loss: lossName } = trained;
  const read = standardized(features, trained);
  const weight = (name: string) => required(weights, name);
  const build = { weight, layer: differentiableLayers(weight), drops: true };
  const { logits } = networkOutputs(read, network, build);
  const { graph, shape } = logits;
  const targets = input(graph, { name: 'targets', dtype: 'float32', shape });
  const shares = input(graph, { name: 'shares', dtype: 'float32', shape: [shape[0]!, 1] });
  const { loss, gradient } = LOSSES[lossName](logits, { targets, shares });
  output('loss', loss);
  output('logits', logits);
  return { logits, gradient };
}

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
