import { type FeaturePlace, ownFeatures } from '../engine/feature-places.js';
import type { RecurrentSequence } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { random } from '../random.js';

/** One of the networks whose probabilities are averaged, each trained by itself. */
export interface Member {
  /** Draws its first weights, the order of its examples and its dropout. */
  readonly seed: number;
  /** Index of the stream that it reads, where each stream has networks of its own. */
  readonly stream: number;
}

/** Those that a pipeline asks for, in the order in which engine/members.ts has them. */
export function membersOf({ training, seed }: Pipeline, { apart }: Networks): Member[] {
  return Array.from({ length: training.networks }, (_, index) =>
    Array.from({ length: apart }, (_, stream) => ({
      seed: index === 0 ? seed : random(seed, 'member', index).integer(0, 2 ** 31),
      stream,
    })),
  ).flat();
}

/** Reads of the features of all members those of one. */
export function readOwn(
  read: SequenceReader<RecurrentSequence>,
  place: FeaturePlace,
): SequenceReader<RecurrentSequence> {
  return async (example, view) => {
    const sequence = await read(example, view);
    return sequence.kind === 'tokens' ? sequence : ownFeatures(sequence, place);
  };
}
