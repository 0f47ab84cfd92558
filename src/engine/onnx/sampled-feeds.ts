import type { Random } from '../../random.js';
import { type Graph, input, type Shape } from './graph.js';
import { wantedFeeds } from './index-feeds.js';
import type { WantedClasses } from './ops/cross-entropy.js';
import type { SampledClasses } from './ops/sampled-softmax.js';
import type { Feed } from './session.js';

/** Declares what sampledFeeds fills, for places of that shape. */
export function sampledInputs(
  graph: Graph,
  { shape, count }: { shape: Shape; count: number },
): WantedClasses & SampledClasses {
  const floats = (name: string, sizes: Shape) => input(graph, { name, dtype: 'float32', shape: sizes });
  const integers = (name: string, sizes: Shape) => input(graph, { name, dtype: 'int32', shape: sizes });
  return {
    indices: integers('indices', shape),
    shares: floats('shares', shape),
    samples: integers('samples', [count]),
    expectations: floats('expectations', [count]),
  };
}

/**
 * Words as a sampled softmax reads them (ops/sampled-softmax.ts). The samples are drawn until there are `count` different
 * ones, by the law of Zipf: the word of rank r, counted from 0, with probability log((r + 2) / (r + 1)) / log(words + 1).
 *
 * @param indices At each place a word, counted from the most frequent one, or IGNORED.
 * @param options.count Fewer than words.
 * @throws Error for an index that is neither a word nor IGNORED.
 */
export function sampledFeeds(
  indices: Int32Array,
  options: {
    shape: readonly number[];
    words: number;
    count: number;
    random: Random;
    weights?: Float32Array | undefined;
  },
): Record<string, Feed> {
  const { shape, words, count, random, weights } = options;
  if (count >= words)
    throw new Error(`${count} different samples of ${words} words leave nothing to be drawn`);
  const wanted = wantedFeeds(indices, { shape, classes: words, weights });
  const { samples, draws } = drawDifferent({ words, count, random });
  const expectations = Float32Array.from(samples, (word) => Math.log(expectation(word, { words, draws })));
  return {
    ...wanted,
    samples: { data: samples, shape: [count] },
    expectations: { data: expectations, shape: [count] },
  };
}

function drawDifferent(options: { words: number; count: number; random: Random }): {
  samples: Int32Array;
  draws: number;
} {
  const { words, count, random } = options;
  const found = new Set<number>();
  let draws = 0;
  while (found.size < count) {
    draws++;
    // The rank at which the sum of probabilities, log(rank + 1) / log(words + 1), passes a uniform number.
    found.add(Math.min(words - 1, Math.floor(Math.exp(random.float() * Math.log(words + 1))) - 1));
  }
  return { samples: Int32Array.from(found), draws };
}

/** How often a word is to be expected among the different ones of so many draws. */
function expectation(word: number, { words, draws }: { words: number; draws: number }): number {
  const probability = Math.log1p(1 / (word + 1)) / Math.log(words + 1);
  return -Math.expm1(draws * Math.log1p(-probability));
}
