import type { Example } from '../../datasets/dataset.js';
import { type InputSettings, inputOf } from '../../inputs/input-kinds.js';
import { fitNgrams } from './ngram-classifier.js';

/** What n-grams of the training part say of examples; null where the input has none, or there is no training part. */
export function ngramPredictions(
  examples: readonly Example[],
  { input, train, classes }: { input: InputSettings; train: readonly Example[]; classes: number },
): number[] | null {
  const { ngrams: ngramsOf } = inputOf(input);
  if (!ngramsOf || train.length === 0) return null;
  const known = train.map((example) => ({ ngrams: ngramsOf(example), label: example.label }));
  const classOf = fitNgrams(known, classes);
  return examples.map((example) => classOf(ngramsOf(example)));
}
