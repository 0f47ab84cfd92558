import type { Example } from '../../datasets/dataset.js';
import type { ClassificationTraining } from './training-schema.js';

/**
 * What each class counts in the loss, float32 [classes]: examples / (classes x examples of the class) for
 * `balanced`, as in scikit-learn, so that the mean over the examples is 1; undefined when all count the same.
 *
 * @param options.examples Those that are trained on, at least one of every class.
 */
export function classWeightsOf(
  { classWeights }: Pick<ClassificationTraining, 'classWeights'>,
  { labels, examples }: { labels: readonly string[]; examples: readonly Example[] },
): Float32Array | undefined {
  if (classWeights === 'none') return undefined;
  const counts = new Float32Array(labels.length);
  for (const { label } of examples) counts[label]!++;
  return counts.map((count) => examples.length / (labels.length * count));
}
