/**
 * The ways from a sequence's outputs to what the head reads. What goes by the readout is in a table over this list,
 * here and in each engine, so that a new one does not type-check until all of them have it.
 *
 * `last`: the last valid timestep's output (of the backward pass, its own last: timestep 0).
 * `mean`: the mean over the valid timesteps.
 * `attention`: the sum of outputs weighted by softmax(score . tanh(W h + b)) over the valid timesteps (Bahdanau et al.
 * 2015), with W as wide as the output.
 * `pooled`: the largest value over the valid timesteps, `mean` and `attention`, one after the other.
 * `hierarchical`: attention within each segment of `segment` timesteps, then attention with weights of its own over the
 * segments' vectors; the last segment may be shorter (Yang et al. 2016 without their second recurrent network).
 * `every`: each timestep's output as it is: the head answers for every timestep.
 */
export const READOUTS = ['last', 'mean', 'attention', 'pooled', 'hierarchical', 'every'] as const;

export type Readout = (typeof READOUTS)[number];

interface ReadoutLayout {
  /** What the pipeline's reference says of it. */
  readonly meaning: string;
  /** Size of what the head reads, in sizes of what the readout reads at a timestep. */
  readonly vectors: number;
  /** Prefixes of the names of the parameters that it attends with. */
  readonly attentions: readonly string[];
  /** Whether it needs a recurrent layer, whose outputs know of the timesteps before. */
  readonly needsLayers: boolean;
  /** Whether it cuts the sequence into segments of `segment` timesteps. */
  readonly cutsSegments: boolean;
  /** Whether it gives a vector for every timestep, and not for the sequence. */
  readonly everyTimestep: boolean;
}

/** The prefixes of the names of what a readout attends with. */
export const ATTENTION = { timesteps: 'readout', segments: 'readout.segments' } as const;

const plain: Omit<ReadoutLayout, 'meaning'> = {
  vectors: 1,
  attentions: [],
  needsLayers: false,
  cutsSegments: false,
  everyTimestep: false,
};

export const READOUT_LAYOUTS: Readonly<Record<Readout, ReadoutLayout>> = {
  last: { ...plain, meaning: 'the last timestep', needsLayers: true },
  mean: { ...plain, meaning: 'the mean over time' },
  attention: { ...plain, meaning: 'a weighted mean that is learned', attentions: [ATTENTION.timesteps] },
  pooled: {
    ...plain,
    meaning: 'largest, mean and attention together',
    vectors: 3,
    attentions: [ATTENTION.timesteps],
  },
  hierarchical: {
    ...plain,
    meaning: 'attention within segments, then over them',
    attentions: [ATTENTION.timesteps, ATTENTION.segments],
    cutsSegments: true,
  },
  every: { ...plain, meaning: 'an answer for each timestep', needsLayers: true, everyTimestep: true },
};
