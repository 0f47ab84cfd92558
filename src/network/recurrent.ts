import type { ParameterSpec } from '../tensors/tensor.js';

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
  /**
   * `lstm`: Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000).
   * `gru`: Cho et al. 2014, in the variant that resets after the matrix product (Keras `reset_after`,
   * cuDNN, ONNX `linear_before_reset`).
   */
  readonly cell: 'lstm' | 'gru';
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
  /**
   * `last`: the last valid timestep's output (of the backward pass, its own last: timestep 0).
   * `mean`: the mean over the valid timesteps.
   * `attention`: the sum of outputs weighted by softmax(score . tanh(W h + b)) over the valid timesteps
   * (Bahdanau et al. 2015), with W as wide as the output.
   * `pooled`: the largest value over the valid timesteps, `mean` and `attention`, one behind the other.
   * `hierarchical`: attention within each segment of `segment` timesteps, then attention with weights of its own
   * over the segments' vectors; the last segment may be shorter (Yang et al. 2016, where words make sentences and
   * sentences a document, without their second recurrent network, which reads the sentences).
   */
  readonly readout: 'last' | 'mean' | 'attention' | 'pooled' | 'hierarchical';
  /** Timesteps of a segment; where the readout is hierarchical, DEFAULT_SEGMENT when absent. */
  readonly segment?: number | undefined;
  readonly classes: number;
}

/** A second of video at eight frames a second. */
const DEFAULT_SEGMENT = 8;

/** Gates in their order along the last axis of every kernel: as in Keras. */
export const GATES = {
  lstm: ['input', 'forget', 'cell', 'output'],
  gru: ['update', 'reset', 'new'],
} as const;

export const directionsOf = (network: RecurrentNetwork): ReadonlyArray<'forward' | 'backward'> =>
  network.bidirectional && network.layers > 0 ? ['forward', 'backward'] : ['forward'];

/** Size of what the readout reads at a timestep: both directions' outputs together. */
export const widthOf = (network: RecurrentNetwork): number =>
  network.layers === 0 ? network.inputs : network.units * directionsOf(network).length;

/** Size of what the head reads. */
export const readoutWidthOf = (network: RecurrentNetwork): number =>
  widthOf(network) * (network.readout === 'pooled' ? 3 : 1);

/** Whether the readout weighs timesteps by what they hold. */
export const attends = ({ readout }: RecurrentNetwork): boolean =>
  readout === 'attention' || readout === 'pooled' || readout === 'hierarchical';

/** Timesteps of a segment of the hierarchical readout. */
export const segmentOf = ({ segment = DEFAULT_SEGMENT }: Pick<RecurrentNetwork, 'segment'>): number =>
  segment;

/** The prefixes of the parameter names of what a readout attends with. */
export const ATTENTION = { timesteps: 'readout', segments: 'readout.segments' } as const;

/** Those of them that a network has. */
export function attentionsOf(network: RecurrentNetwork): string[] {
  if (network.readout === 'hierarchical') return [ATTENTION.timesteps, ATTENTION.segments];
  return attends(network) ? [ATTENTION.timesteps] : [];
}

/** Size of what a recurrent layer reads: the features for the first, the layer below for the others. */
export const layerInputs = (network: RecurrentNetwork, layer: number): number =>
  layer === 0 ? network.inputs : widthOf(network);

/** The prefix of one layer's and direction's parameter names. */
export const cellName = (layer: number, direction: 'forward' | 'backward'): string =>
  `recurrent.${layer}.${direction}`;

/**
 * Every parameter of the network, float32, with G = 4 gates for lstm and 3 for gru:
 *
 *     recurrent.<layer>.<direction>.kernel            [inputs, G x units]
 *     recurrent.<layer>.<direction>.recurrent_kernel  [units, G x units]
 *     recurrent.<layer>.<direction>.bias              [4 x units]; gru [2, 3 x units]: input's, recurrent's
 *     readout.kernel [width, width], readout.bias [width], readout.score [width]    (where it attends)
 *     readout.segments.kernel, .bias, .score, likewise                              (hierarchical)
 *     head.kernel [readoutWidth, classes], head.bias [classes]
 */
export function recurrentParameters(network: RecurrentNetwork): ParameterSpec[] {
  const { units, classes } = network;
  const gated = GATES[network.cell].length * units;
  const width = widthOf(network);
  const cells = Array.from({ length: network.layers }, (_, layer) =>
    directionsOf(network).flatMap((direction): ParameterSpec[] => {
      const name = cellName(layer, direction);
      return [
        { name: `${name}.kernel`, shape: [layerInputs(network, layer), gated] },
        { name: `${name}.recurrent_kernel`, shape: [units, gated] },
        { name: `${name}.bias`, shape: network.cell === 'gru' ? [2, gated] : [gated] },
      ];
    }),
  ).flat();
  const attention = (name: string): ParameterSpec[] => [
    { name: `${name}.kernel`, shape: [width, width] },
    { name: `${name}.bias`, shape: [width] },
    { name: `${name}.score`, shape: [width] },
  ];
  return [
    ...cells,
    ...attentionsOf(network).flatMap(attention),
    { name: 'head.kernel', shape: [readoutWidthOf(network), classes] },
    { name: 'head.bias', shape: [classes] },
  ];
}
