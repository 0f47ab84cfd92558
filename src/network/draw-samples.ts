import { type Random, random } from '../random.js';

/** Classes that stand for all others in a training step. */
export interface Samples {
  /** int32 [count], each once. */
  readonly classes: Int32Array;
  /** float32 [count]: the logarithm of how often each was to be expected among them. */
  readonly expectations: Float32Array;
}

/**
 * The samples that a seed stands for: drawn until there are `count` different ones, by the law of Zipf: the class of rank
 * r, counted from 0, with probability log((r + 2) / (r + 1)) / log(classes + 1). They are drawn here, not by an engine, so
 * that engines agree.
 *
 * @param options.count fewer than classes, which go from the most frequent to the rarest.
 */
export function drawSamples(options: { classes: number; count: number; seed: number }): Samples {
  const { classes: words, count, seed } = options;
  if (count >= words) {
    throw new Error(`${count} different samples of ${words} classes leave nothing to be drawn`);
  }
  const { classes, draws } = drawDifferent({ words, count, stream: random(seed, 'samples') });
  const expectations = Float32Array.from(classes, (word) => Math.log(expectation(word, { words, draws })));
  return { classes, expectations };
}

function drawDifferent(options: { words: number; count: number; stream: Random }): {
  classes: Int32Array;
  draws: number;
} {
  const { words, count, stream } = options;
  const found = new Set<number>();
  let draws = 0;
  while (found.size < count) {
    draws++;
    // The rank at which the sum of probabilities, log(rank + 1) / log(words + 1), passes a uniform number.
    found.add(Math.min(words - 1, Math.floor(Math.exp(stream.float() * Math.log(words + 1))) - 1));
  }
  return { classes: Int32Array.from(found), draws };
}

/** How often a word is to be expected among the different ones of so many draws. */
function expectation(word: number, { words, draws }: { words: number; draws: number }): number {
  const probability = Math.log1p(1 / (word + 1)) / Math.log(words + 1);
  return -Math.expm1(draws * Math.log1p(-probability));
}
