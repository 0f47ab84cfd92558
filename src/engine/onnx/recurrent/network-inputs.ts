import { dropoutMasks } from '../../../network/dropout.js';
import { type Placement, type SegmentPlacement, segmentPlacement } from '../../../network/placement.js';
import {
  layerInputs,
  levelsOf,
  type RecurrentLevel,
  type RecurrentNetwork,
  readoutWidthOf,
  sourceLevelOf,
  topLevelOf,
} from '../../../network/recurrent.js';
import { segmentPenalties } from '../../../network/segments.js';
import { type States, statePartsOf } from '../../../network/states.js';
import { type DataType, type Dimension, type Graph, input, type Shape, type Value } from '../graph.js';
import type { Feed } from '../session.js';

/** Penalty of what does not count, before softmax: no score makes up for it, and exp() of it is 0. */
const PENALTY = -1e30;

interface InputKind {
  readonly dtype: DataType;
  readonly shape: (batch: Dimension, timesteps: Dimension) => Shape;
  readonly feed: (level: RecurrentLevel, placement: Placement) => Feed;
}

/**
 * What levels read beside vectors and weights, each as a graph declares it and as a run feeds it. A graph declares what
 * it needs; feedsOf fills just that. Names of sizes are those of the level, since sizes of one name are equal.
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
    shape: (batch, timesteps) => [batch, `${timesteps} segments`, timesteps],
    feed: (level, placement) => {
      const { segments, within } = segmentPenalties(level, { ...placement, penalty: PENALTY });
      return { data: within, shape: [placement.lengths.length, segments, placement.timesteps] };
    },
  },
  /** 0 where a segment has a timestep that counts. */
  penalty_between_segments: {
    dtype: 'float32',
    shape: (batch, timesteps) => [batch, 1, `${timesteps} segments`],
    feed: (level, placement) => {
      const { segments, between } = segmentPenalties(level, { ...placement, penalty: PENALTY });
      return { data: between, shape: [placement.lengths.length, 1, segments] };
    },
  },
} as const satisfies Record<string, InputKind>;

export type InputName = keyof typeof INPUTS;

/** Declares inputs of a graph, each once. */
export interface LevelInputs {
  declare(name: InputName): Value;
  /** The mask of dropout for a layer, or for what the head reads: [sequences, width]; see network/dropout.ts. */
  declareMask(of: number | 'readout', width: number): Value;
}

/** A level's inputs, for sequences that lie in `sequence`, [batch, timesteps, ...]. */
export function levelInputs(
  { prefix = '' }: RecurrentLevel,
  { graph, shape: [batch, timesteps] }: Value,
): LevelInputs {
  return {
    declare: (name) => {
      const { dtype, shape } = INPUTS[name];
      return declare(graph, { name: `${prefix}${name}`, dtype, shape: shape(batch!, timesteps!) });
    },
    declareMask: (of, width) =>
      declare(graph, { name: maskName(prefix, of), dtype: 'float32', shape: [batch!, width] }),
  };
}

function declare(graph: Graph, type: { name: string; dtype: DataType; shape: Shape }): Value {
  return graph.inputs.find(({ name }) => name === type.name) ?? input(graph, type);
}

const maskName = (prefix: string, of: number | 'readout') => `${prefix}dropout_${of}`;

/** int32 [segments, timesteps of a segment]: places in [batch x timesteps]; see network/placement.ts. */
export const segmentRows = (graph: Graph): Value =>
  declare(graph, { name: 'segment_rows', dtype: 'int32', shape: ['all_segments', 'segment_timesteps'] });

/** int32 [batch, segments of a sequence]: which of all segments. */
export const segmentPlaces = (graph: Graph, batch: Dimension): Value =>
  declare(graph, { name: 'segment_places', dtype: 'int32', shape: [batch, 'sequence_segments'] });

/** The states that a layer starts from, each [batch, units]. */
export function stateInputs(
  network: RecurrentNetwork,
  layer: number,
  { graph, shape: [batch] }: Value,
): Value[] {
  const own = statePartsOf(network).filter((part) => part.layer === layer);
  return own.map(({ name, width }) => declare(graph, { name, dtype: 'float32', shape: [batch!, width] }));
}

/** What a run of a network reads beside vectors or tokens. */
export interface RunInputs {
  readonly placement: Placement;
  /** Given in training; see network/dropout.ts. */
  readonly dropoutSeed?: number | undefined;
  /** Where the graph carries states. */
  readonly states?: States | undefined;
}

/** Feeds for those of a graph's inputs that are declared here. */
export function feedsOf(
  wanted: ReadonlySet<string>,
  network: RecurrentNetwork,
  { placement, dropoutSeed, states = [] }: RunInputs,
): Record<string, Feed> {
  const segments = network.upper ? segmentPlacement(network, placement) : null;
  const placements = segments ? [segments.inner, segments.outer] : [placement];
  const feeds: Record<string, Feed> = segments ? segmentFeeds(segments) : {};
  const placed = levelsOf(network).map((level, index) => ({ level, place: placements[index]! }));
  if (network.source) {
    if (!placement.source) throw new Error('A network that reads a source was given none');
    placed.push({ level: sourceLevelOf(network.source), place: placement.source });
  }
  for (const { level, place } of placed) {
    for (const [name, { feed }] of Object.entries<InputKind>(INPUTS)) {
      const own = `${level.prefix ?? ''}${name}`;
      if (wanted.has(own)) feeds[own] = feed(level, place);
    }
  }
  for (const [index, { name, width }] of statePartsOf(network).entries()) {
    if (wanted.has(name)) feeds[name] = { data: states[index]!, shape: [placement.lengths.length, width] };
  }
  if (dropoutSeed === undefined) return feeds;
  const sequences = placements.map(({ lengths }) => lengths.length);
  return { ...feeds, ...maskFeeds(network, { sequences, seed: dropoutSeed }) };
}

function segmentFeeds({ inner, rows, outer, places }: SegmentPlacement): Record<string, Feed> {
  return {
    segment_rows: { data: rows, shape: [inner.lengths.length, inner.timesteps] },
    segment_places: { data: places, shape: [outer.lengths.length, outer.timesteps] },
  };
}

/**
 * The masks of dropout, for graphs that declare them.
 *
 * @param options.sequences that each level reads.
 */
export function maskFeeds(
  network: RecurrentNetwork,
  options: { sequences: readonly number[]; seed: number },
): Record<string, Feed> {
  if (network.dropout === 0) return {};
  const masks = dropoutMasks(network, options);
  const feeds: Record<string, Feed> = {};
  for (const [index, level] of levelsOf(network).entries()) {
    masks.levels[index]!.forEach((data, layer) => {
      const shape = [options.sequences[index]!, layerInputs(level, layer)];
      feeds[maskName(level.prefix ?? '', layer)] = { data, shape };
    });
  }
  if (network.source) {
    const level = sourceLevelOf(network.source);
    masks.source.forEach((data, layer) => {
      const shape = [options.sequences.at(-1)!, layerInputs(level, layer)];
      feeds[maskName(level.prefix ?? '', layer)] = { data, shape };
    });
  }
  const top = topLevelOf(network);
  const shape = [options.sequences.at(-1)!, readoutWidthOf(top)];
  return { ...feeds, [maskName(top.prefix ?? '', 'readout')]: { data: masks.readout, shape } };
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
