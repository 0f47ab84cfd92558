import type { ParameterSpec } from '../tensors/tensor.js';
import { type Cell, cellLayout } from './cells.js';
import { READOUT_LAYOUTS, type Readout } from './readouts.js';

/**
 * The network that reads one feature vector a timestep and says what the sequence is:
 *
 *     features [B, T, inputs] -> recurrent layers [B, T, width] -> readout [B, readoutWidth]
 *       -> head [B, classes]
 *
 * with width = units, or 2 x units when bidirectional, or inputs without recurrent layers. A description holds no values: those are the
 * weights that `recurrentParameters` names.
 */
export interface RecurrentNetwork {
  readonly cell: Cell;
  /** Size of one timestep's feature vector. */
  readonly inputs: number;
  readonly units: number;
  /**
   * 0: the readout, any but `last`, reads the features themselves, which is what a recurrent network
   * has to be better than.
   */
  readonly layers: number;
  /** A second pass from the sequence's end to its start, its outputs concatenated behind the first's. */
  readonly bidirectional: boolean;
  /**
   * Rate in [0, 1) of variational dropout (Gal and Ghahramani 2016): one mask a sequence, the same at all
   * timesteps, on every recurrent layer's input and on the readout. Training only.
   */
  readonly dropout: number;
  readonly readout: Readout;
  /** Timesteps of a segment; where the readout is hierarchical, DEFAULT_SEGMENT when absent. */
  readonly segment?: number | undefined;
  readonly classes: number;
}

/** A second of video at eight frames a second. */
const DEFAULT_SEGMENT = 8;

export const directionsOf = (network: RecurrentNetwork): ReadonlyArray<'forward' | 'backward'> =>
  network.bidirectional && network.layers > 0 ? ['forward', 'backward'] : ['forward'];

/** Size of what the readout reads at a timestep: both directions' outputs together. */
export const widthOf = (network: RecurrentNetwork): number =>
  network.layers === 0 ? network.inputs : network.units * directionsOf(network).length;

/** Size of what the head reads. */
export const readoutWidthOf = (network: RecurrentNetwork): number =>
  widthOf(network) * READOUT_LAYOUTS[network.readout].vectors;

/** Whether the readout weighs timesteps by what they hold. */
export const attends = (network: RecurrentNetwork): boolean => attentionsOf(network).length > 0;

/** Timesteps of a segment of the hierarchical readout. */
export const segmentOf = ({ segment = DEFAULT_SEGMENT }: Pick<RecurrentNetwork, 'segment'>): number =>
  segment;

/** Prefixes of the names of the parameters that the readout attends with. */
export const attentionsOf = ({ readout }: RecurrentNetwork): readonly string[] =>
  READOUT_LAYOUTS[readout].attentions;

/** Size of what a recurrent layer reads: the features for the first, the layer below for the others. */
export const layerInputs = (network: RecurrentNetwork, layer: number): number =>
  layer === 0 ? network.inputs : widthOf(network);

/** The prefix of one layer's and direction's parameter names. */
export const cellName = (layer: number, direction: 'forward' | 'backward'): string =>
  `recurrent.${layer}.${direction}`;

/** A parameter and how it starts before training; see initialize.ts. */
export interface InitialParameter extends ParameterSpec {
  readonly initial: Initial;
}

/** `cell-bias`: as the cell has it. */
export const INITIALS = ['glorot', 'orthogonal', 'zero', 'cell-bias'] as const;
export type Initial = (typeof INITIALS)[number];

/** What the names of the head's parameters begin with. */
export const HEAD = 'head';

/**
 * Every parameter of the network, float32, with G gates and R rows of biases as the cell has them (cells.ts):
 *
 *     recurrent.<layer>.<direction>.kernel            [inputs, G x units]
 *     recurrent.<layer>.<direction>.recurrent_kernel  [units, G x units]
 *     recurrent.<layer>.<direction>.bias              [G x units], or [R, G x units]: input's, recurrent's
 *     readout.kernel [width, width], readout.bias [width], readout.score [width]    (where it attends)
 *     readout.segments.kernel, .bias, .score, likewise                              (hierarchical)
 *     head.kernel [readoutWidth, classes], head.bias [classes]
 */
export function recurrentParameters(network: RecurrentNetwork): InitialParameter[] {
  const { classes } = network;
  const layers = Array.from({ length: network.layers }, (_, layer) =>
    directionsOf(network).flatMap((direction) => cellParameters(network, layer, direction)),
  );
  return [
    ...layers.flat(),
    ...attentionsOf(network).flatMap((name) => attentionParameters(name, widthOf(network))),
    { name: `${HEAD}.kernel`, shape: [readoutWidthOf(network), classes], initial: 'glorot' },
    { name: `${HEAD}.bias`, shape: [classes], initial: 'zero' },
  ];
}

function cellParameters(
  network: RecurrentNetwork,
  layer: number,
  direction: 'forward' | 'backward',
): InitialParameter[] {
  const { units } = network;
  const { gates, biasRows } = cellLayout(network.cell);
  const gated = gates.length * units;
  const name = cellName(layer, direction);
  return [
    { name: `${name}.kernel`, shape: [layerInputs(network, layer), gated], initial: 'glorot' },
    { name: `${name}.recurrent_kernel`, shape: [units, gated], initial: 'orthogonal' },
    { name: `${name}.bias`, shape: biasRows === 1 ? [gated] : [biasRows, gated], initial: 'cell-bias' },
  ];
}

const attentionParameters = (name: string, width: number): InitialParameter[] => [
  { name: `${name}.kernel`, shape: [width, width], initial: 'glorot' },
  { name: `${name}.bias`, shape: [width], initial: 'zero' },
  { name: `${name}.score`, shape: [width], initial: 'glorot' },
];
