import {
  layerInputs,
  levelsOf,
  type RecurrentLevel,
  type RecurrentNetwork,
  readoutWidthOf,
} from '../../../network/recurrent.js';
import type { Value } from '../graph.js';
import { multiply } from '../ops/elementwise.js';
import { lookUp } from '../ops/embedding.js';
import { toRows } from '../ops/rows.js';
import { reshape, transpose } from '../ops/shape.js';
import type { LayerOutputs, RunLayer } from './layer.js';
import { levelInputs, segmentPlaces, segmentRows, stateInputs } from './network-inputs.js';
import { READOUTS, type ReadoutResult, type WeightOf } from './readout.js';
import { attendSource, type ReadSource } from './source.js';

/** In what a network that predicts differs from one that is trained. */
export interface NetworkBuild {
  /** The network's parameters by name. */
  readonly weight: WeightOf;
  readonly layer: RunLayer;
  /** Whether masks of dropout are among the inputs. */
  readonly drops: boolean;
  /** Whether the states to start from are among the inputs; zeros otherwise. */
  readonly carries: boolean;
  /** What the network attends to, where it has a source. */
  readonly source?: ReadSource | undefined;
}

export interface NetworkOutputs {
  /** What the head reads: [batch, readoutWidth], or [batch, timesteps, readoutWidth]. */
  readonly read: Value;
  /** Of each level, how much each of its timesteps counts: [sequences, timesteps]; where it attends. */
  readonly attentions: ReadonlyArray<Value | undefined>;
  /** After the last timestep, in the order of statePartsOf. */
  readonly states: readonly Value[];
  /** How much each timestep attends to each of the source's, [batch, timesteps, source_timesteps]; where there is one. */
  readonly sourceAttention?: Value | undefined;
}

/**
 * The recurrent network up to its head, from vectors float32 [batch, timesteps, inputs]. What lies past a sequence's
 * length may pass through the layers, but no readout takes it up, and so no gradient comes from there. The graph gets the
 * inputs that feedsOf fills.
 */
export function networkOutputs(
  vectors: Value,
  network: RecurrentNetwork,
  build: NetworkBuild,
): NetworkOutputs {
  const [first, upper] = levelsOf(network);
  const { graph, shape } = vectors;
  const read = upper ? lookUp(toRows(vectors), segmentRows(graph)) : vectors;
  const lower = levelOutputs(read, { network, level: first, build });
  if (!upper) return { ...lower, attentions: [lower.attention] };
  const ofSegments = lookUp(lower.read, segmentPlaces(graph, shape[0]!));
  const top = levelOutputs(ofSegments, { network, level: upper, build });
  return { ...top, attentions: [lower.attention, top.attention] };
}

interface LevelBuild {
  readonly network: RecurrentNetwork;
  readonly level: RecurrentLevel;
  readonly build: NetworkBuild;
}

/** One level from what it reads, [sequences, timesteps, inputs]. */
function levelOutputs(
  vectors: Value,
  { network, level, build }: LevelBuild,
): Pick<NetworkOutputs, 'read' | 'states' | 'sourceAttention'> & Pick<ReadoutResult, 'attention'> {
  const inputs = levelInputs(level, vectors);
  const drops = build.drops && network.dropout > 0;
  const states: Array<readonly Value[]> = [];
  // Time comes first inside: the loop over it then has one block of memory a timestep.
  let sequence = transpose(vectors, [1, 0, 2]);
  let top: LayerOutputs | null = null;
  for (let layer = 0; layer < level.layers; layer++) {
    const mask = drops && inputs.declareMask(layer, layerInputs(level, layer));
    const given = build.carries ? stateInputs(network, layer, vectors) : undefined;
    const initial = build.source?.initial?.(layer) ?? given;
    top = build.layer(mask ? multiply(sequence, mask) : sequence, { level, layer, inputs, initial });
    if (build.carries) states.push(top.final());
    sequence = top.sequence;
  }
  const { readout, attention } = READOUTS[level.readout]({
    prefix: level.prefix ?? '',
    sequence: once(() => (top ? transpose(sequence, [1, 0, 2]) : vectors)),
    last: () => lastOf(top),
    inputs,
    weight: build.weight,
  });
  const isTop = levelsOf(network).at(-1)?.prefix === level.prefix;
  const mask = drops && isTop && inputs.declareMask('readout', readoutWidthOf(level));
  const attended = build.source && attendSource(readout, build.source, build.weight);
  const read = attended?.vectors ?? readout;
  return {
    read: mask ? masked(read, mask) : read,
    attention,
    states: states.flat(),
    sourceAttention: attended?.attention,
  };
}

/** [batch, width], or [batch, timesteps, width] with one mask for all timesteps. */
function masked(readout: Value, mask: Value): Value {
  const [batch, width] = mask.shape;
  return multiply(readout, readout.shape.length === 2 ? mask : reshape(mask, [batch!, 1, width!]));
}

/** Made when it is first asked for. */
function once(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function lastOf(top: LayerOutputs | null): Value {
  if (!top) throw new Error('Without recurrent layers no timestep knows of those before: none is the last');
  return top.last();
}
