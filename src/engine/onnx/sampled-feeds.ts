import type { Samples } from '../../network/draw-samples.js';
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
 * Words as a sampled softmax reads them (ops/sampled-softmax.ts).
 *
 * @param indices At each place a word, counted from the most frequent one, or IGNORED.
 * @throws Error for an index that is neither a word nor IGNORED.
 */
export function sampledFeeds(
  indices: Int32Array,
  options: {
    shape: readonly number[];
    words: number;
    samples: Samples;
    weights?: Float32Array | undefined;
  },
): Record<string, Feed> {
  const { shape, words, samples, weights } = options;
  const count = [samples.classes.length];
  return {
    ...wantedFeeds(indices, { shape, classes: words, weights }),
    samples: { data: samples.classes, shape: count },
    expectations: { data: samples.expectations, shape: count },
  };
}
