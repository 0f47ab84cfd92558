import type { Cell } from './cells.js';
import { READOUT_LAYOUTS, type Readout } from './readouts.js';
import type { Softmax } from './softmax.js';

/** Recurrent layers over a sequence of vectors, and what is made of their outputs. */
export interface RecurrentLevel {
  readonly cell: Cell;
  /** Size of one timestep's vector. */
  readonly inputs: number;
  readonly units: number;
  /** 0: the readout reads the vectors themselves, which is what a recurrent network has to be better than. */
  readonly layers: number;
  /** A second pass from the sequence's end to its start, its outputs concatenated after the first's. */
  readonly bidirectional: boolean;
  readonly readout: Readout;
  /** Timesteps of a segment, where the readout or `upper` has segments; DEFAULT_SEGMENT when absent. */
  readonly segment?: number | undefined;
  /** What the names of its parameters begin with; nothing when absent. */
  readonly prefix?: string;
}

/**
 * The network that reads one vector, or one token, a timestep and says what the sequence is, or what each timestep is:
 *
 *     features [B, T, inputs], or tokens [B, T] -> embedding [B, T, inputs]
 *       -> recurrent layers [B, T, width] -> readout [B, readoutWidth], or [B, T, readoutWidth] -> head [..., classes]
 *
 * with width = units, or 2 x units when bidirectional, or inputs without recurrent layers. With an upper level, the
 * sequence is cut into segments, which the first level reads each by itself, [segments, readoutWidth]; the upper one
 * reads a sequence of these. A description holds no values: those are the weights that `recurrentParameters` names.
 */
export interface RecurrentNetwork extends RecurrentLevel {
  /**
   * Where timesteps are tokens, how many different ones there are: each is looked up in a table of that many vectors of
   * size `inputs`.
   */
  readonly tokens?: number | undefined;
  /**
   * The embedding's table is the head's as well (Press and Wolf 2017, Inan et al. 2017): readoutWidth = inputs, classes =
   * tokens.
   */
  readonly tied?: boolean | undefined;
  /** Where every timestep has an answer; `full` when absent. */
  readonly softmax?: Softmax | undefined;
  /**
   * A level over segments, such as the sentences of a document (Yang et al. 2016). Segments are those that a batch says,
   * or of `segment` timesteps each, the last one shorter.
   */
  readonly upper?: UpperLevel | undefined;
  /**
   * Where it writes what follows from another sequence, such as a translation: the network that reads that one. Every
   * timestep then attends to all of the source's.
   */
  readonly source?: SourceNetwork | undefined;
  /**
   * Rate in [0, 1) of variational dropout (Gal and Ghahramani 2016): one mask a sequence, the same at all
   * timesteps, on every recurrent layer's input and on the readout. Training only.
   */
  readonly dropout: number;
  readonly classes: number;
}

export type UpperLevel = Omit<RecurrentLevel, 'inputs' | 'segment' | 'prefix'>;

/**
 * A network that reads a sequence of tokens of its own, the source: tokens [B, S] -> embedding [B, S, inputs] -> recurrent
 * layers [B, S, width], its memory m. Of the last outputs of its directions, w, it makes the states that the other network
 * starts from, and that one attends to the memory after its last layer, h being its output at a timestep (Luong et al.
 * 2015, `general`, all timesteps at once):
 *
 *     state = tanh(B w + b)        a = softmax over the source of h . A' m        h' = tanh(C [a m; h] + c)
 *
 * and h' is what the head reads in place of h.
 */
export interface SourceNetwork extends Pick<RecurrentLevel, 'cell' | 'units' | 'layers' | 'bidirectional'> {
  /** How many different tokens there are. */
  readonly tokens: number;
  /** Size of the vector that stands for one. */
  readonly inputs: number;
}

/** A second of video at eight frames a second. */
const DEFAULT_SEGMENT = 8;

/** The levels from the first to the one that the head reads. */
export function levelsOf(network: RecurrentNetwork): readonly [RecurrentLevel, ...RecurrentLevel[]] {
  const { upper } = network;
  return upper ? [network, { ...upper, inputs: readoutWidthOf(network), prefix: UPPER }] : [network];
}

/** What the names of the upper level's parameters begin with. */
const UPPER = 'upper.';

/** The level that reads the source. */
export const sourceLevelOf = (source: SourceNetwork): RecurrentLevel => ({
  ...source,
  readout: 'every',
  prefix: SOURCE,
});

/** What the names of the parameters of what reads a source begin with. */
export const SOURCE = 'source.';

/** The level that the head reads. */
export const topLevelOf = (network: RecurrentNetwork): RecurrentLevel => levelsOf(network).at(-1)!;

export const directionsOf = (level: RecurrentLevel): ReadonlyArray<'forward' | 'backward'> =>
  level.bidirectional && level.layers > 0 ? ['forward', 'backward'] : ['forward'];

/** Size of what the readout reads at a timestep: both directions' outputs together. */
export const widthOf = (level: RecurrentLevel): number =>
  level.layers === 0 ? level.inputs : level.units * directionsOf(level).length;

/** Size of what the readout gives. */
export const readoutWidthOf = (level: RecurrentLevel): number =>
  widthOf(level) * READOUT_LAYOUTS[level.readout].vectors;

/** Whether the head gives logits for every timestep, and not for the sequence. */
export const answersTimesteps = (network: RecurrentNetwork): boolean =>
  READOUT_LAYOUTS[topLevelOf(network).readout].everyTimestep;

/** Whether all levels weigh their timesteps by what they hold, so that each timestep has its share of the answer. */
export const attends = (network: RecurrentNetwork): boolean =>
  levelsOf(network).every((level) => attentionsOf(level).length > 0);

/** Timesteps of a segment that nobody said the length of. */
export const segmentOf = ({ segment = DEFAULT_SEGMENT }: Pick<RecurrentNetwork, 'segment'>): number =>
  segment;

/** Prefixes of the names of the parameters that the readout attends with. */
export const attentionsOf = ({ readout, prefix = '' }: RecurrentLevel): string[] =>
  READOUT_LAYOUTS[readout].attentions.map((name) => `${prefix}${name}`);

/** Size of what a recurrent layer reads: the vectors for the first, the layer below for the others. */
export const layerInputs = (level: RecurrentLevel, layer: number): number =>
  layer === 0 ? level.inputs : widthOf(level);

/** The prefix of one layer's and direction's parameter names. */
export const cellName = (
  { prefix = '' }: RecurrentLevel,
  layer: number,
  direction: 'forward' | 'backward',
): string => `${prefix}recurrent.${layer}.${direction}`;

/** The name of a part of the states; see states.ts. */
export const stateName = (layer: number, part: string): string => `state.${layer}.${part}`;
