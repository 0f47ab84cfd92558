import { dropoutMasks } from '../../../network/dropout.js';
import { layerInputs, type RecurrentNetwork, readoutWidthOf } from '../../../network/recurrent.js';
import { segmentPenalties } from '../../../network/segments.js';
import { type DataType, type Dimension, input, type Shape, type Value } from '../graph.js';
import type { Feed } from '../session.js';

/** Where sequences lie in a padded batch. */
export interface Placement {
  /** Valid timesteps of each sequence, 1 to timesteps. */
  readonly lengths: Int32Array;
  readonly timesteps: number;
}

/** Penalty of what does not count, before softmax: no score makes up for it, and exp() of it is 0. */
const PENALTY = -1e30;

interface InputKind {
  readonly dtype: DataType;
  readonly shape: (batch: Dimension, timesteps: Dimension) => Shape;
  readonly feed: (network: RecurrentNetwork, placement: Placement) => Feed;
}

/**
 * All that networks read beside vectors and weights, each as a graph declares it and as a run feeds it. A graph
 * declares what it needs; feedsOf fills just that.
 */
const INPUTS = {
  lengths: {
    dtype: 'int32',
    shape: (batch) => [batch],
    feed: (_, { lengths }) => ({ data: lengths, shape: [lengths.length] }),
  },
  /** The last valid timestep of each sequence, and its place in the batch. */
  last_places: {
    dtype: 'int32',
    shape: (batch) => [batch, 2],
    feed: (_, placement) => lastPlaces(placement),
  },
  /** 0 where a timestep counts. */
  penalty: {
    dtype: 'float32',
    shape: (batch, timesteps) => [batch, timesteps],
    feed: (_, placement) => penaltyFeed(placement),
  },
  /** 0 at each segment's own timesteps that count. */
  penalty_within_segments: {
    dtype: 'float32',
    shape: (batch, timesteps) => [batch, 'segments', timesteps],
    feed: (network, placement) => {
      const { segments, within } = segmentPenalties(network, { ...placement, penalty: PENALTY });
      return { data: within, shape: [placement.lengths.length, segments, placement.timesteps] };
    },
  },
  /** 0 where a segment has a timestep that counts. */
  penalty_between_segments: {
    dtype: 'float32',
    shape: (batch) => [batch, 1, 'segments'],
    feed: (network, placement) => {
      const { segments, between } = segmentPenalties(network, { ...placement, penalty: PENALTY });
      return { data: between, shape: [placement.lengths.length, 1, segments] };
    },
  },
} as const satisfies Record<string, InputKind>;

export type InputName = keyof typeof INPUTS;

/** Declares inputs of a graph, each once. */
export interface LevelInputs {
  declare(name: InputName): Value;
  /** The mask of that name [batch, width]; see network/dropout.ts. */
  declareMask(name: string, width: number): Value;
}

/** The inputs for sequences that lie in `sequence`, [batch, timesteps, ...]. */
export function levelInputs({ graph, shape: [batch, timesteps] }: Value): LevelInputs {
  const declare = (name: string, type: { dtype: DataType; shape: Shape }) =>
    graph.inputs.find((value) => value.name === name) ?? input(graph, { name, ...type });
  return {
    declare: (name) => {
      const { dtype, shape } = INPUTS[name];
      return declare(name, { dtype, shape: shape(batch!, timesteps!) });
    },
    declareMask: (name, width) => declare(name, { dtype: 'float32', shape: [batch!, width] }),
  };
}

/** Names of the masks of dropout. */
export const MASK = { layer: (layer: number) => `dropout_${layer}`, readout: 'dropout_readout' } as const;

/** Feeds for those of a graph's inputs that are declared here. */
export function feedsOf(
  wanted: ReadonlySet<string>,
  network: RecurrentNetwork,
  given: { placement: Placement; dropoutSeed?: number },
): Record<string, Feed> {
  const { placement, dropoutSeed } = given;
  const feeds: Record<string, Feed> = {};
  for (const [name, { feed }] of Object.entries<InputKind>(INPUTS)) {
    if (wanted.has(name)) feeds[name] = feed(network, placement);
  }
  if (dropoutSeed === undefined || !wanted.has(MASK.readout)) return feeds;
  return { ...feeds, ...maskFeeds(network, { batch: placement.lengths.length, seed: dropoutSeed }) };
}

function maskFeeds(
  network: RecurrentNetwork,
  options: { batch: number; seed: number },
): Record<string, Feed> {
  const { layers, readout } = dropoutMasks(network, options);
  const masks = layers.map((data, layer): [string, Feed] => [
    MASK.layer(layer),
    { data, shape: [options.batch, layerInputs(network, layer)] },
  ]);
  const last: Feed = { data: readout, shape: [options.batch, readoutWidthOf(network)] };
  return { ...Object.fromEntries(masks), [MASK.readout]: last };
}

function lastPlaces({ lengths }: Placement): Feed {
  const data = Int32Array.from({ length: 2 * lengths.length }, (_, index) =>
    index % 2 === 0 ? lengths[index / 2]! - 1 : (index - 1) / 2,
  );
  return { data, shape: [lengths.length, 2] };
}

function penaltyFeed({ lengths, timesteps }: Placement): Feed {
  const data = new Float32Array(lengths.length * timesteps);
  lengths.forEach((length, row) => {
    data.fill(PENALTY, row * timesteps + length, (row + 1) * timesteps);
  });
  return { data, shape: [lengths.length, timesteps] };
}
