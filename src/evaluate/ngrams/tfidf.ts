/** A text as a sparse vector of length 1. */
export interface SparseVector {
  readonly places: Int32Array;
  readonly values: Float64Array;
}

export interface Tfidf {
  /** Size of the vectors. */
  readonly width: number;
  /** N-grams that were not there when it was fitted have no place. */
  vectorOf(ngrams: readonly string[]): SparseVector;
}

/**
 * Weighs n-grams by how often a text has them and how few texts do: (1 + ln count) x (1 + ln((1 + texts) / (1 + texts with
 * it))), each text's vector then of length 1, as scikit-learn's TfidfVectorizer with sublinear_tf.
 */
export function fitTfidf(texts: readonly (readonly string[])[]): Tfidf {
  const places = new Map<string, number>();
  const frequencies: number[] = [];
  for (const ngrams of texts) {
    for (const ngram of new Set(ngrams)) {
      const place = places.get(ngram) ?? places.size;
      places.set(ngram, place);
      frequencies[place] = (frequencies[place] ?? 0) + 1;
    }
  }
  const rarity = frequencies.map((frequency) => 1 + Math.log((1 + texts.length) / (1 + frequency)));
  return {
    width: places.size,
    vectorOf: (ngrams) => {
      const counts = new Map<number, number>();
      for (const ngram of ngrams) {
        const place = places.get(ngram);
        if (place !== undefined) counts.set(place, (counts.get(place) ?? 0) + 1);
      }
      const weights = Float64Array.from(counts, ([place, count]) => (1 + Math.log(count)) * rarity[place]!);
      const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight ** 2, 0));
      const values = length > 0 ? weights.map((weight) => weight / length) : weights;
      return { places: Int32Array.from(counts.keys()), values };
    },
  };
}
