import { type Evaluated, minimize } from './minimize.js';
import type { SparseVector } from './tfidf.js';

/** The weight of the examples against that of small weights; as in scikit-learn, where it is C. */
const STRENGTH = 10;

export interface LinearClassifier {
  /** The most probable class. */
  classOf(vector: SparseVector): number;
}

interface LabelledVectors {
  readonly vectors: readonly SparseVector[];
  /** Class index of each. */
  readonly labels: readonly number[];
  /** Size of a vector. */
  readonly width: number;
  readonly classes: number;
}

/** Multinomial logistic regression with an L2 penalty, to its optimum; the biases are not penalized. */
export function fitLogisticRegression(data: LabelledVectors): LinearClassifier {
  const { width, classes } = data;
  const size = (width + 1) * classes;
  const weights = minimize((point) => penalizedLoss(point, data), { size, tolerance: 1e-4, iterations: 100 });
  return {
    classOf: (vector) => {
      const scores = scoresOf(vector, weights, { width, classes });
      return scores.indexOf(scores.reduce((most, score) => Math.max(most, score)));
    },
  };
}

/** Per example: the mean of the cross-entropies and the penalty. The weights are [width + 1, classes], the biases last. */
function penalizedLoss(
  weights: Float64Array,
  { vectors, labels, width, classes }: LabelledVectors,
): Evaluated {
  const count = vectors.length;
  const penalty = 1 / (STRENGTH * count);
  const gradient = new Float64Array(weights.length);
  const biases = width * classes;
  let value = 0;
  for (let index = 0; index < biases; index++) {
    value += (penalty / 2) * weights[index]! ** 2;
    gradient[index] = penalty * weights[index]!;
  }
  for (const [index, vector] of vectors.entries()) {
    const scores = scoresOf(vector, weights, { width, classes });
    const label = labels[index]!;
    const log = logSumExp(scores);
    value += (log - scores[label]!) / count;
    const errors = scores.map((score, at) => (Math.exp(score - log) - Number(at === label)) / count);
    addOuter(gradient, { vector, errors });
    for (let at = 0; at < classes; at++) gradient[biases + at]! += errors[at]!;
  }
  return { value, gradient };
}

function scoresOf(
  { places, values }: SparseVector,
  weights: Float64Array,
  { width, classes }: { width: number; classes: number },
): Float64Array {
  const scores = weights.slice(width * classes);
  for (let index = 0; index < places.length; index++) {
    const start = places[index]! * classes;
    for (let at = 0; at < classes; at++) scores[at]! += values[index]! * weights[start + at]!;
  }
  return scores;
}

function addOuter(
  gradient: Float64Array,
  { vector: { places, values }, errors }: { vector: SparseVector; errors: Float64Array },
): void {
  for (let index = 0; index < places.length; index++) {
    const start = places[index]! * errors.length;
    for (let at = 0; at < errors.length; at++) gradient[start + at]! += values[index]! * errors[at]!;
  }
}

function logSumExp(scores: Float64Array): number {
  const highest = scores.reduce((most, score) => Math.max(most, score));
  return highest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - highest), 0));
}
