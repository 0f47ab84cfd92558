import { largest } from '../../tensors/largest.js';
import type { Answers } from './calibration.js';

/**
 * The temperature that makes validation answers most likely: logits are to be divided by it (Guo et al. 2017).
 * Targets are as soft as that many examples allow, (examples + 1) / (examples + classes) for the true class
 * (Platt 1999): else few examples that are all right would make the network infinitely sure of itself.
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
    if (softLoss(rows, Math.exp(left)) < softLoss(rows, Math.exp(right))) high = right;
    else low = left;
  }
  return Math.exp(-(low + high) / 2);
}

/** Networks that were trained at all lie far within 1/20 to 20. */
const HIGHEST = 20;

interface Row {
  /** Logits below the row's highest. */
  readonly logits: readonly number[];
  /** Mean of them under the soft target. */
  readonly target: number;
}

function centredRows({ logits, truth }: Answers, classes: number): Row[] {
  const share = (truth.length + 1) / (truth.length + classes);
  const rest = (1 - share) / (classes - 1);
  return truth.map((label, index) => {
    const row = logits.subarray(index * classes, (index + 1) * classes);
    const highest = largest(row);
    const centred = Array.from(row, (logit) => logit - highest);
    const sum = centred.reduce((total, logit) => total + logit, 0);
    return { logits: centred, target: rest * sum + (share - rest) * centred[label]! };
  });
}

/** Cross-entropy with the soft targets, summed over the rows. */
function softLoss(rows: readonly Row[], inverse: number): number {
  return rows.reduce((sum, { logits, target }) => {
    const powers = logits.reduce((total, logit) => total + Math.exp(inverse * logit), 0);
    return sum + Math.log(powers) - inverse * target;
  }, 0);
}
