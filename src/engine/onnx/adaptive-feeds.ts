import { type Graph, input, type Shape } from './graph.js';
import { wantedFeeds } from './index-feeds.js';
import type { AdaptiveWords } from './ops/adaptive-softmax.js';
import type { WantedClasses } from './ops/cross-entropy.js';
import type { Feed } from './session.js';

/** Declares what adaptiveFeeds fills, for places of that shape. */
export function adaptiveInputs(
  graph: Graph,
  { shape, tails }: { shape: Shape; tails: number },
): AdaptiveWords<WantedClasses> {
  const classes = (prefix: string, places: Shape): WantedClasses => ({
    indices: input(graph, { name: `${prefix}indices`, dtype: 'int32', shape: places }),
    shares: input(graph, { name: `${prefix}shares`, dtype: 'float32', shape: places }),
  });
  return {
    head: classes('', shape),
    tails: Array.from({ length: tails }, (_, tail) => {
      const [prefix, places] = [`tail_${tail}_`, [`tail_${tail}_words`]];
      return {
        places: input(graph, { name: `${prefix}places`, dtype: 'int32', shape: places }),
        words: classes(prefix, places),
      };
    }),
  };
}

/**
 * Words as an adaptive softmax reads them (ops/adaptive-softmax.ts). The loss is the mean over the places that are not
 * IGNORED, or where they have weights, the weighted mean.
 *
 * @param words At each place a word, counted from the most frequent one, or IGNORED.
 * @param options.ends Where the frequent words end, and then each tail; the last is the number of words.
 * @throws Error for an index that is neither a word nor IGNORED.
 */
export function adaptiveFeeds(
  words: Int32Array,
  options: {
    shape: readonly number[];
    ends: readonly [number, ...number[]];
    weights?: Float32Array | undefined;
  },
): Record<string, Feed> {
  const { shape, weights, ends } = options;
  const [frequent] = ends;
  const { shares } = wantedFeeds(words, { shape, classes: ends.at(-1)!, weights });
  const tailOf = (word: number) => ends.findIndex((end) => word < end) - 1;
  const head = words.map((word) => (word < frequent ? word : frequent + tailOf(word)));
  const tails = ends.slice(1).flatMap((end, tail) => {
    const start = ends[tail]!;
    const places = Int32Array.from(words.keys()).filter(
      (place) => words[place]! >= start && words[place]! < end,
    );
    const feed = (data: Feed['data']): Feed => ({ data, shape: [places.length] });
    return [
      [`tail_${tail}_places`, feed(places)],
      [`tail_${tail}_indices`, feed(places.map((place) => words[place]! - start))],
      [`tail_${tail}_shares`, feed(Float32Array.from(places, (place) => Number(shares.data[place])))],
    ] as const;
  });
  return { indices: { data: head, shape }, shares, ...Object.fromEntries(tails) };
}
