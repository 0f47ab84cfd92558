import { type Example, NO_CLASS } from '../../datasets/dataset.js';
import type { TargetMaker } from '../task.js';
import { classWeightsOf } from './class-weights.js';
import type { ClassificationTraining } from './training-schema.js';

/** What examples are to be, with the label smoothing and the class weights of a pipeline's training; see targetsOf. */
export function targetMaker(
  training: ClassificationTraining,
  { labels, train }: { labels: readonly string[]; train: readonly Example[] },
): TargetMaker {
  const { labelSmoothing } = training;
  const inClass = train.filter(({ label }) => label !== NO_CLASS);
  const classWeights = classWeightsOf(training, { labels, examples: inClass });
  // Outliers have a class of their own after the others.
  const classes = labels.length + (inClass.length < train.length ? 1 : 0);
  const options = { classes, labelSmoothing, classWeights };
  return (examples) =>
    targetsOf(
      examples.map(({ label }) => (label === NO_CLASS ? labels.length : label)),
      options,
    );
}

/**
 * What each example is to be, as a training step has it, float32 [examples, classes]: the class that its label says,
 * smoothed (Szegedy et al. 2016, arXiv 1512.00567, section 7), times the weight of that class.
 *
 * @param labels Class indices.
 * @param options.labelSmoothing Share of the probability that is spread over all classes, in [0, 1).
 * @param options.classWeights float32 [classes], see class-weights.ts; 1 for all when absent.
 */
export function targetsOf(
  labels: readonly number[],
  options: { classes: number; labelSmoothing: number; classWeights?: Float32Array | undefined },
): Float32Array {
  const { classes, labelSmoothing, classWeights } = options;
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    const weight = classWeights?.[label] ?? 1;
    targets.fill((weight * labelSmoothing) / classes, row * classes, (row + 1) * classes);
    targets[row * classes + label]! += weight * (1 - labelSmoothing);
  });
  return targets;
}
