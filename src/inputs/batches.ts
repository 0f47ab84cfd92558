import { type Random, random } from '../random.js';
import { largest } from '../tensors/largest.js';

/** One clip's sequence of feature vectors: float32 [timesteps, inputs]. */
export interface FeatureSequence {
  readonly kind: 'features';
  readonly data: Float32Array;
  readonly timesteps: number;
}

/** One clip's sequence of frames: uint8 RGB [timesteps, size, size, 3]. */
export interface FrameSequence {
  readonly kind: 'frames';
  readonly data: Uint8Array;
  readonly timesteps: number;
}

/** One text's sequence of tokens: int32 [timesteps]. */
export interface TokenSequence {
  readonly kind: 'tokens';
  readonly data: Int32Array;
  readonly timesteps: number;
  /** Timesteps of each segment, such as the words of each sentence, their sum being all; see network/recurrent.ts. */
  readonly segments?: Int32Array | undefined;
}

/** What a recurrent network reads of an example without an encoder. */
export type RecurrentSequence = FeatureSequence | TokenSequence;

export type Sequence = RecurrentSequence | FrameSequence;

/** Sequences of feature vectors, each padded at its end to the longest one's length. */
export interface FeatureBatch {
  readonly kind: 'features';
  /** float32 [batch, timesteps, inputs]; what lies after a sequence's length is never read into a result. */
  readonly data: Float32Array;
  /** Valid timesteps of each sequence, 1 to timesteps. */
  readonly lengths: Int32Array;
  readonly timesteps: number;
}

/** Sequences of frames, padded likewise. */
export interface FrameBatch {
  readonly kind: 'frames';
  /** uint8 RGB [batch, timesteps, size, size, 3]. */
  readonly data: Uint8Array;
  readonly lengths: Int32Array;
  readonly timesteps: number;
}

/** Sequences of tokens, padded likewise. */
export interface TokenBatch {
  readonly kind: 'tokens';
  /** int32 [batch, timesteps] */
  readonly data: Int32Array;
  readonly lengths: Int32Array;
  readonly timesteps: number;
  /** Of each sequence; see TokenSequence. */
  readonly segments?: readonly Int32Array[] | undefined;
  /** What each sequence follows from, as many sequences; see RecurrentNetwork.source in network/recurrent.ts. */
  readonly source?: TokenBatch | undefined;
}

/** What a recurrent network reads without an encoder. */
export type SequenceBatch = FeatureBatch | TokenBatch;

/**
 * Puts sequences of one kind and width into one batch, zeros after the shorter ones.
 * At least one sequence, and all of the same kind: anything else is a defect of the caller.
 */
export function collate(sequences: readonly FeatureSequence[]): FeatureBatch;
export function collate(sequences: readonly TokenSequence[]): TokenBatch;
export function collate(sequences: readonly FrameSequence[]): FrameBatch;
export function collate(sequences: readonly RecurrentSequence[]): SequenceBatch;
export function collate(sequences: readonly Sequence[]): SequenceBatch | FrameBatch;
export function collate(sequences: readonly Sequence[]): SequenceBatch | FrameBatch {
  const lengths = Int32Array.from(sequences, (sequence) => sequence.timesteps);
  const timesteps = largest(lengths);
  const [first] = sequences;
  if (!first) throw new Error('A batch needs at least one sequence');
  const width = first.data.length / first.timesteps;
  const { kind } = first;
  const stride = timesteps * width;
  const length = sequences.length * stride;
  switch (kind) {
    case 'features': {
      const data = filled(new Float32Array(length), sequences, { kind, stride });
      return { kind, data, lengths, timesteps };
    }
    case 'frames': {
      const data = filled(new Uint8Array(length), sequences, { kind, stride });
      return { kind, data, lengths, timesteps };
    }
    case 'tokens': {
      const data = filled(new Int32Array(length), sequences, { kind, stride });
      return { kind, data, lengths, timesteps, segments: segmentsOf(sequences) };
    }
  }
}

/** The timesteps of a sequence at these places, in this order. */
export function takeTimesteps(sequence: RecurrentSequence, places: readonly number[]): RecurrentSequence {
  const { data, timesteps: count } = sequence;
  const width = data.length / count;
  const take = <T extends Float32Array | Int32Array>(taken: T): T => {
    places.forEach((from, to) => {
      taken.set(data.subarray(from * width, (from + 1) * width), to * width);
    });
    return taken;
  };
  const timesteps = places.length;
  switch (sequence.kind) {
    case 'features':
      return { kind: 'features', data: take(new Float32Array(timesteps * width)), timesteps };
    case 'tokens':
      return { ...sequence, data: take(new Int32Array(timesteps)), timesteps };
  }
}

/** The middle timestep of a sequence; of an even number, the later one. */
export const middleOf = (sequence: RecurrentSequence): RecurrentSequence =>
  takeTimesteps(sequence, [Math.floor(sequence.timesteps / 2)]);

/** Of each sequence; undefined where none has any. */
function segmentsOf(sequences: readonly Sequence[]): Int32Array[] | undefined {
  const segments = sequences.flatMap((sequence) =>
    sequence.kind === 'tokens' && sequence.segments ? [sequence.segments] : [],
  );
  if (segments.length > 0 && segments.length < sequences.length) {
    throw new Error('Some sequences of a batch have segments, others have none');
  }
  return segments.length > 0 ? segments : undefined;
}

/**
 * The batches of one epoch as lists of example indices, drawn by seed and epoch; one may be short.
 *
 * @param options.lengths of the examples, where they differ so much that sequences of like length are to share a batch:
 *   what is padded is computed for nothing. Batches stay random but for that.
 * @param options.classes of the examples, where an epoch is to have as many of each: those of rare ones again and again, of
 *   frequent ones some, other ones in each epoch. It has as many examples as there are.
 */
export function epochBatches(
  exampleCount: number,
  options: {
    batchSize: number;
    seed: number;
    epoch: number;
    lengths?: readonly number[] | undefined;
    classes?: readonly number[] | undefined;
  },
): number[][] {
  const { batchSize, seed, epoch, lengths, classes } = options;
  const stream = random(seed, 'epoch', epoch);
  const all = [...Array(exampleCount).keys()];
  const order = stream.shuffle(classes ? balanced(classes, stream) : all);
  if (!lengths) return inBatches(order, batchSize);
  const pools = inBatches(order, batchSize * BATCHES_IN_POOL).map((pool) =>
    pool.sort((one, other) => lengths[one]! - lengths[other]!),
  );
  return stream.shuffle(pools.flatMap((pool) => inBatches(pool, batchSize)));
}

/** Indices of examples, of each class as many as of any other, or one more. */
function balanced(classes: readonly number[], stream: Random): number[] {
  const members = new Map<number, number[]>();
  for (const [index, label] of classes.entries()) {
    const own = members.get(label);
    if (own) own.push(index);
    else members.set(label, [index]);
  }
  // Which classes have one more is drawn anew.
  const drawn = stream.shuffle([...members.values()]);
  return drawn.flatMap((own, place) => {
    const count = Math.floor((classes.length + place) / drawn.length);
    const rounds = Array.from({ length: Math.ceil(count / own.length) }, () => stream.shuffle([...own]));
    return rounds.flat().slice(0, count);
  });
}

/** Batches whose examples are sorted by length together: so many that little is padded, so few that they stay mixed. */
const BATCHES_IN_POOL = 50;

/** Consecutive parts of at most `batchSize` items. */
export function inBatches<T>(items: readonly T[], batchSize: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  );
}

function filled<T extends Float32Array | Uint8Array | Int32Array>(
  data: T,
  sequences: readonly Sequence[],
  { kind, stride }: { kind: Sequence['kind']; stride: number },
): T {
  sequences.forEach((sequence, index) => {
    if (sequence.kind !== kind) throw new Error(`A batch of ${kind} got ${sequence.kind}`);
    data.set(sequence.data, index * stride);
  });
  return data;
}
