import type { Example } from '../datasets/dataset.js';
import type { FeatureSequence } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { type Standardization, standardizationOf } from '../network/standardize.js';

/**
 * Of all feature vectors of examples that can be read, one example after another: no more than one is in memory for it.
 * @param options.width of a vector.
 */
export function standardizationOfExamples(
  examples: readonly Example[],
  { read, width }: { read: SequenceReader<FeatureSequence>; width: number },
): Promise<Standardization> {
  return standardizationOf(vectorsOf(examples, read), width);
}

async function* vectorsOf(
  examples: readonly Example[],
  read: SequenceReader<FeatureSequence>,
): AsyncGenerator<Float32Array> {
  for (const example of examples) yield (await read(example, 0)).data;
}
