import type { Example } from '../../datasets/dataset.js';
import { argmax } from '../../tensors/largest.js';
import { groupCount } from '../bootstrap.js';
import { type AccuracyInterval, accuracyInterval } from './accuracy-interval.js';
import { type Calibration, measureCalibration } from './calibration.js';
import { type Metrics, measure, topAccuracy } from './metrics.js';

/** How a network did on examples that it was not trained on. */
export interface Evaluation extends Omit<Metrics, 'interval'>, AccuracyInterval {
  /** Different groups among the examples. */
  readonly groups: number;
  /** Share whose class is among the `count` most probable; null where that is all classes. */
  readonly top: { readonly count: number; readonly accuracy: number } | null;
  readonly calibration: Calibration;
}

/** The figures of a scorer's logits. At least one example. */
export function assess(options: {
  examples: ReadonlyArray<Pick<Example, 'id' | 'label' | 'group'>>;
  /** float32 [examples, classes]. */
  logits: Float32Array;
  labels: readonly string[];
  /** Draws the resamples of the interval. */
  seed: number;
  /** Classes that count as an answer in `top`; 5, as for ImageNet, when absent. */
  topCount?: number | undefined;
}): Evaluation {
  const { examples, logits, labels, topCount: count = 5 } = options;
  const truth = examples.map(({ label }) => label);
  const predicted = predictedClasses(logits, labels.length);
  const right = examples.map(({ group, label }, index) => ({
    group,
    value: Number(predicted[index] === label),
  }));
  return {
    ...measure({ logits, truth, labels }),
    ...accuracyInterval(right, options),
    groups: groupCount(examples),
    top: count < labels.length ? { count, accuracy: topAccuracy({ logits, truth, count }) } : null,
    calibration: measureCalibration({ logits, truth, ids: examples.map(({ id }) => id) }, options.seed),
  };
}

/** The most probable class of each row of logits. */
export function predictedClasses(logits: Float32Array, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, index) =>
    argmax(logits.subarray(index * classes, (index + 1) * classes)),
  );
}
