import { UserError } from '../../errors.js';
import type { Random } from '../../random.js';

/** How the next token is chosen by what a network expects. */
export interface Sampling {
  /**
   * Divides the logits: below 1, probable tokens become more so; above it, less. More than 0; 1, when absent, draws as
   * the network expects.
   */
  readonly temperature?: number | undefined;
  /** Draw among so many tokens, the most probable ones (Fan et al. 2018); among all when absent. */
  readonly topK?: number | undefined;
  /** Draw among the fewest tokens that together are as probable, in (0, 1] (Holtzman et al. 2020); among all when absent. */
  readonly topP?: number | undefined;
  /** Always take the most probable token; nothing is drawn. */
  readonly greedy?: boolean | undefined;
}

/** @throws UserError `usage` for a number that is out of range, or for settings that contradict each other. */
export function checkSampling({ temperature, topK, topP, greedy }: Sampling): void {
  if (temperature !== undefined && !(temperature > 0 && Number.isFinite(temperature))) {
    throw wrong(`The temperature is ${temperature}`, 'Give a number above 0, such as 0.8; or greedy for 0.');
  }
  if (topK !== undefined && !(Number.isSafeInteger(topK) && topK >= 1)) {
    throw wrong(`topK is ${topK}`, 'Give a whole number of at least 1.');
  }
  if (topP !== undefined && !(topP > 0 && topP <= 1)) {
    throw wrong(`topP is ${topP}`, 'Give a number above 0 and at most 1, such as 0.9.');
  }
  if (greedy && (temperature !== undefined || topK !== undefined || topP !== undefined)) {
    throw wrong('greedy is given with settings for drawing', 'Give either: greedy draws nothing.');
  }
}

/**
 * The next token.
 *
 * @param logits float32 [classes], before softmax.
 * @param options.excluded classes that are never chosen.
 */
export function chooseToken(
  logits: Float32Array,
  options: { sampling: Sampling; excluded: readonly number[]; stream: Random },
): number {
  const { sampling, excluded, stream } = options;
  const { temperature = 1, topK, topP, greedy } = sampling;
  const scores = new Float64Array(logits);
  for (const token of excluded) scores[token] = Number.NEGATIVE_INFINITY;
  const best = mostProbable(scores);
  if (greedy) return best;
  const most = scores[best]!;
  const weights = scores.map((score) => Math.exp((score - most) / temperature));
  if (topK !== undefined || topP !== undefined) keepLargest(weights, { topK, topP });
  return draw(weights, stream);
}

/** Sets all weights to 0 but the largest ones, of equal ones the first. */
function keepLargest(weights: Float64Array, { topK, topP = 1 }: Pick<Sampling, 'topK' | 'topP'>): void {
  const largest = weights.slice().sort().reverse().subarray(0, topK);
  const wanted = topP * largest.reduce((sum, weight) => sum + weight, 0);
  let [sum, count] = [0, 0];
  while (count < largest.length && (count === 0 || sum < wanted)) sum += largest[count++]!;
  const least = largest[count - 1]!;
  let equals = count - largest.indexOf(least);
  for (let token = 0; token < weights.length; token++) {
    if (weights[token]! > least || (weights[token] === least && equals-- > 0)) continue;
    weights[token] = 0;
  }
}

function mostProbable(scores: Float64Array): number {
  let best = 0;
  for (let token = 1; token < scores.length; token++) if (scores[token]! > scores[best]!) best = token;
  return best;
}

/** A place, each as likely as its weight says. */
function draw(weights: Float64Array, stream: Random): number {
  let left = stream.float() * weights.reduce((sum, weight) => sum + weight, 0);
  let last = 0;
  for (let place = 0; place < weights.length; place++) {
    if (weights[place] === 0) continue;
    left -= weights[place]!;
    last = place;
    if (left < 0) break;
  }
  return last;
}

const wrong = (problem: string, fix: string) => new UserError('usage', { problem: `${problem}.`, fix });
