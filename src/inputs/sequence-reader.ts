import type { Example } from '../datasets/dataset.js';
import type { FeatureSequence, RecurrentSequence, Sequence } from './batches.js';

/** What is read of an example: what every evaluation reads, or one of the training's views, by its number. */
export type View = 'evaluation' | number;

/** An example, as far as it says what to read. */
export type ReadableExample = Omit<Example, 'label' | 'group' | 'split'>;

/**
 * Reads one example of a dataset as a sequence, from the cache when it was read before.
 * It throws a UserError, a typed outcome of media/, when the example cannot be read.
 */
export type SequenceReader<S extends Sequence = Sequence> = (
  example: ReadableExample,
  view: View,
) => Promise<S>;

/** A reader of what is known to be vectors. */
export function asFeatures(read: SequenceReader<RecurrentSequence>): SequenceReader<FeatureSequence> {
  return async (example, view) => {
    const sequence = await read(example, view);
    if (sequence.kind === 'features') return sequence;
    throw new Error(`${example.id} was read as ${sequence.kind}`);
  };
}
