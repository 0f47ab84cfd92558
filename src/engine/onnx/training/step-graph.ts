import type { RecurrentNetwork } from '../../../network/recurrent.js';
import { elementCount } from '../../../tensors/tensor.js';
import { gradients } from '../differentiate.js';
import { createGraph, type Graph, input, output, type Value } from '../graph.js';
import { concatenate, reshape, split } from '../ops/shape.js';
import { adamwUpdate, type UpdateOptions } from './adamw.js';
import { crossEntropy } from './loss.js';
import { type Piece, pieceElements } from './parameter-layout.js';
import { recurrentLogits } from './recurrent-network.js';

/**
 * A whole training step of the recurrent network on features: forward, loss, gradients, clipping and update.
 * Inputs: `weights` float32 [elements], `features` [batch, timesteps, inputs], `targets` [batch, classes],
 * those of recurrentFeeds and of adamwUpdate. Outputs: `loss` [], `logits` [batch, classes] and adamwUpdate's.
 */
export function featuresStepGraph(
  network: RecurrentNetwork,
  pieces: readonly Piece[],
  update: UpdateOptions,
): Graph {
  const graph = createGraph('features_step');
  const { flat, weight, values } = weightsInput(graph, pieces);
  const shape = ['batch', 'timesteps', network.inputs];
  const features = input(graph, { name: 'features', dtype: 'float32', shape });
  const logits = recurrentLogits(features, network, weight);
  const from = { value: logits, gradient: lossGradient(logits) };
  adamwUpdate(flat, flatten(gradients(from, values)), update);
  return graph;
}

interface WeightsInput {
  readonly flat: Value;
  /** In the order of the pieces. */
  readonly values: readonly Value[];
  readonly weight: (name: string) => Value;
}

/** The input `weights` [elements] and the pieces that it is cut into. */
function weightsInput(graph: Graph, pieces: readonly Piece[]): WeightsInput {
  const shape = [pieceElements(pieces)];
  const flat = input(graph, { name: 'weights', dtype: 'float32', shape });
  const parts = split(
    flat,
    0,
    pieces.map((piece) => elementCount(piece.shape)),
  );
  const values = pieces.map((piece, index) => reshape(parts[index]!, piece.shape));
  const byName = new Map(pieces.map(({ name }, index) => [name, values[index]!]));
  const weight = (name: string): Value => {
    const value = byName.get(name);
    if (!value) throw new Error(`There is no piece ${name} among ${[...byName.keys()].join(', ')}`);
    return value;
  };
  return { flat, values, weight };
}

/** Declares the input `targets` and the outputs `loss` and `logits`; the loss' gradient by the logits. */
function lossGradient(logits: Value): Value {
  const targets = input(logits.graph, { name: 'targets', dtype: 'float32', shape: logits.shape });
  const { loss, gradient } = crossEntropy(logits, targets);
  output('loss', loss);
  output('logits', logits);
  return gradient;
}

/** Values of known shapes as one vector. */
function flatten(values: readonly Value[]): Value {
  const [first, ...others] = values.map((value) => reshape(value, [elementCount(value.shape.map(Number))]));
  if (!first) throw new Error('There is nothing to train');
  return concatenate([first, ...others], 0);
}
