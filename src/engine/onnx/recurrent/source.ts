import { cellLayout } from '../../../network/cells.js';
import {
  layerInputs,
  type RecurrentNetwork,
  type SourceNetwork,
  sourceLevelOf,
  stateName,
  widthOf,
} from '../../../network/recurrent.js';
import { bridgeName, SOURCE_ATTENTION, SOURCE_EMBEDDING } from '../../../network/recurrent-parameters.js';
import { type Graph, input, type Value } from '../graph.js';
import { add, multiply, tanh } from '../ops/elementwise.js';
import { lookUp } from '../ops/embedding.js';
import { linear } from '../ops/linear.js';
import { matmul, softmax } from '../ops/matrix.js';
import { concatenate, reshape, transpose } from '../ops/shape.js';
import type { LayerOutputs, RunLayer } from './layer.js';
import { levelInputs } from './network-inputs.js';
import type { WeightOf } from './readout.js';

/** What is known of a source once it was read. */
export interface ReadSource {
  /** float32 [batch, source_timesteps, width]; anything, but finite, past a source's length. */
  readonly memory: Value;
  /** float32 [batch, source_timesteps]: 0 where a timestep counts, else so little that it does not. */
  readonly penalty: Value;
  /** The states that a layer starts from, each [batch, units]; absent where a run is given them. */
  readonly initial?: ((layer: number) => readonly Value[]) | undefined;
}

interface SourceBuild {
  readonly weight: WeightOf;
  readonly layer: RunLayer;
  readonly drops: boolean;
}

/** Reads `source_tokens` int32 [batch, source_timesteps], which it declares, and all that feedsOf fills of a source. */
export function readSource(
  graph: Graph,
  { source, network }: { source: SourceNetwork; network: RecurrentNetwork },
  { weight, layer: run, drops }: SourceBuild,
): ReadSource {
  const level = sourceLevelOf(source);
  const shape = ['batch', 'source_timesteps'];
  const tokens = input(graph, { name: 'source_tokens', dtype: 'int32', shape });
  const vectors = lookUp(weight(SOURCE_EMBEDDING), tokens);
  const inputs = levelInputs(level, vectors);
  let sequence = transpose(vectors, [1, 0, 2]);
  let top: LayerOutputs | null = null;
  for (let layer = 0; layer < level.layers; layer++) {
    const mask = drops && network.dropout > 0 && inputs.declareMask(layer, layerInputs(level, layer));
    top = run(mask ? multiply(sequence, mask) : sequence, { level, layer, inputs });
    sequence = top.sequence;
  }
  if (!top) throw new Error('A source is read by one layer at least');
  const last = top.last();
  const state = (name: string) => tanh(linear(last, layerOf(bridgeName(name), weight)));
  return {
    memory: transpose(sequence, [1, 0, 2]),
    penalty: inputs.declare('penalty'),
    initial: (layer) => cellLayout(network.cell).states.map((part) => state(stateName(layer, part))),
  };
}

/** A source that was read before, as the inputs `memory` [batch, source_timesteps, width] and `source.penalty`. */
export function sourceInputs(graph: Graph, source: SourceNetwork): ReadSource {
  const level = sourceLevelOf(source);
  const shape = ['batch', 'source_timesteps', widthOf(level)];
  const memory = input(graph, { name: 'memory', dtype: 'float32', shape });
  return { memory, penalty: levelInputs(level, memory).declare('penalty') };
}

/**
 * Attends to a source after a network's last layer; see SourceNetwork.
 *
 * @param outputs float32 [batch, timesteps, units]
 * @returns `vectors` of the same shape, and `attention` [batch, timesteps, source_timesteps].
 */
export function attendSource(
  outputs: Value,
  { memory, penalty }: ReadSource,
  weight: WeightOf,
): { vectors: Value; attention: Value } {
  const [batch, timesteps] = memory.shape;
  const queries = linear(outputs, { table: weight(`${SOURCE_ATTENTION.score}.table`) });
  const scores = matmul(queries, transpose(memory, [0, 2, 1]));
  const excluded = transpose(reshape(penalty, [batch!, timesteps!, 1]), [0, 2, 1]);
  const attention = softmax(add(scores, excluded));
  const both = concatenate([matmul(attention, memory), outputs], 2);
  return { vectors: tanh(linear(both, layerOf(SOURCE_ATTENTION.combine, weight))), attention };
}

const layerOf = (name: string, weight: WeightOf) => ({
  table: weight(`${name}.table`),
  bias: weight(`${name}.bias`),
});
