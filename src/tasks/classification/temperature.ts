import { largest } from '../../tensors/largest.js';
import type { Answers } from './calibration.js';

/**
 * The temperature that makes validation answers most likely: logits are to be divided by it (Guo et al. 2017). A prior draws
 * it towards 1, the more so the fewer examples there are: else few that are all right would make the network infinitely sure of
 * itself. (Softer targets, Platt 1999, would do so, too, but keep a network of many classes from being sure at all: of 48
 * examples of 6 classes, one could be sure to 91 %.)
 *
 * @returns a temperature in [0.05, 20]; 1 without examples.
 */
export function fitTemperature(answers: Answers): number {
  const examples = answers.truth.length;
  if (examples === 0) return 1;
  const rows = centredRows(answers, answers.logits.length / examples);
  // The loss is convex in the inverse temperature, so that it has one valley in its logarithm too.
  let [low, high] = [-Math.log(HIGHEST), Math.log(HIGHEST)];
  const golden = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-6) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (lossAt(rows, Math.exp(left)) < lossAt(rows, Math.exp(right))) high = right;
    else low = left;
  }
  return Math.exp(-(low + high) / 2);
}

/** Networks that were trained at all lie far within 1/20 to 20. */
const HIGHEST = 20;

/**
 * Of a Gamma distribution of the inverse temperature whose mode is 1; such a temperature is between 0.4 and 2.5 in 95 % of all
 * cases.
 */
const PRIOR_STRENGTH = 4;

interface Row {
  /** Logits below the row's highest. */
  readonly logits: readonly number[];
  /** Of them, the true class's. */
  readonly target: number;
}

function centredRows({ logits, truth }: Answers, classes: number): Row[] {
  return truth.map((label, index) => {
    const row = logits.subarray(index * classes, (index + 1) * classes);
    const highest = largest(row);
    const centred = Array.from(row, (logit) => logit - highest);
    return { logits: centred, target: centred[label]! };
  });
}

/** Cross-entropy summed over the rows, and what the prior adds. */
function lossAt(rows: readonly Row[], inverse: number): number {
  const prior = PRIOR_STRENGTH * (inverse - 1 - Math.log(inverse));
  return rows.reduce((sum, { logits, target }) => {
    const powers = logits.reduce((total, logit) => total + Math.exp(inverse * logit), 0);
    return sum + Math.log(powers) - inverse * target;
  }, prior);
}
