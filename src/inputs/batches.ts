import { random } from '../random.js';
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

export type Sequence = FeatureSequence | FrameSequence;

/** One text's sequence of tokens: int32 [timesteps]. */
export interface TokenSequence {
  readonly kind: 'tokens';
  readonly data: Int32Array;
  readonly timesteps: number;
  /** Timesteps of each segment, such as the words of each sentence, their sum being all; see network/recurrent.ts. */
  readonly segments?: Int32Array | undefined;
}

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
}

/** What a recurrent network reads without an encoder. */
export type SequenceBatch = FeatureBatch | TokenBatch;

/**
 * Puts sequences of one kind and width into one batch, zeros after the shorter ones.
 * At least one sequence, and all of the same kind: anything else is a defect of the caller.
 */
export function collate(sequences: readonly FeatureSequence[]): FeatureBatch;
export function collate(sequences: readonly Sequence[]): FeatureBatch | FrameBatch;
export function collate(sequences: readonly Sequence[]): FeatureBatch | FrameBatch {
  const lengths = Int32Array.from(sequences, (sequence) => sequence.timesteps);
  const timesteps = largest(lengths);
  const [first] = sequences;
  if (!first) throw new Error('A batch needs at least one sequence');
  const width = first.data.length / first.timesteps;
  const shared = { lengths, timesteps };
  switch (first.kind) {
    case 'features': {
      const data = new Float32Array(sequences.length * timesteps * width);
      fill(data, sequences, { kind: first.kind, stride: timesteps * width });
      return { kind: 'features', data, ...shared };
    }
    case 'frames': {
      const data = new Uint8Array(sequences.length * timesteps * width);
      fill(data, sequences, { kind: first.kind, stride: timesteps * width });
      return { kind: 'frames', data, ...shared };
    }
  }
}

/** Sequences of tokens as a batch, likewise; either all have segments or none. */
export function collateTokens(sequences: readonly TokenSequence[]): TokenBatch {
  const lengths = Int32Array.from(sequences, (sequence) => sequence.timesteps);
  const timesteps = largest(lengths);
  const data = new Int32Array(sequences.length * timesteps);
  sequences.forEach((sequence, index) => {
    data.set(sequence.data, index * timesteps);
  });
  const segments = sequences.flatMap((sequence) => sequence.segments ?? []);
  if (segments.length > 0 && segments.length < sequences.length) {
    throw new Error('Some sequences of a batch have segments, others have none');
  }
  return { kind: 'tokens', data, lengths, timesteps, segments: segments.length > 0 ? segments : undefined };
}

/** The batches of one epoch as lists of example indices, shuffled by seed and epoch; the last may be short. */
export function epochBatches(
  exampleCount: number,
  options: { batchSize: number; seed: number; epoch: number },
): number[][] {
  const order = random(options.seed, 'epoch', options.epoch).shuffle([...Array(exampleCount).keys()]);
  return inBatches(order, options.batchSize);
}

/** Consecutive parts of at most `batchSize` items. */
export function inBatches<T>(items: readonly T[], batchSize: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  );
}

function fill(
  data: Float32Array | Uint8Array,
  sequences: readonly Sequence[],
  { kind, stride }: { kind: Sequence['kind']; stride: number },
): void {
  sequences.forEach((sequence, index) => {
    if (sequence.kind !== kind) throw new Error(`A batch of ${kind} got ${sequence.kind}`);
    data.set(sequence.data, index * stride);
  });
}
