/** The token of what is not in a vocabulary. */
export const UNKNOWN = 0;
/** Stands before every text. */
export const BEGIN = 1;
/** Stands after every text. */
export const END = 2;
/** Tokens that no text holds come first, these being all of them. */
export const MARKERS = 3;

/** The tokens that a network knows, each by its number. Built from the training part alone, and kept with the model. */
export interface Vocabulary {
  /** What a text may hold, the most frequent first: the token numbered MARKERS + index. */
  readonly words: readonly string[];
  /** How many tokens there are, the markers among them: the rows of an embedding. */
  readonly size: number;
  /** The token's number; UNKNOWN for what is not in it. */
  numberOf(token: string): number;
  /** What a number stands for; undefined for a marker. */
  tokenOf(number: number): string | undefined;
}

export interface VocabularyLimits {
  /**
   * Times that a token must be there; what is rarer is UNKNOWN, which so has something to learn from: 2 or more, unless
   * nothing unknown will ever be read.
   */
  readonly minCount: number;
  /** Most tokens beside the markers: the most frequent ones; all when absent. */
  readonly most?: number | undefined;
}

/** Of what the lists of tokens hold: the most frequent first, equals in the order of their code units. */
export function buildVocabulary(texts: Iterable<readonly string[]>, limits: VocabularyLimits): Vocabulary {
  const counts = new Map<string, number>();
  for (const tokens of texts) countTokens(counts, tokens);
  return vocabularyOfCounts(counts, limits);
}

/** @param counts is added to. */
export function countTokens(counts: Map<string, number>, tokens: readonly string[]): void {
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
}

/** See buildVocabulary. @param counts how often each token is there. */
export function vocabularyOfCounts(
  counts: ReadonlyMap<string, number>,
  { minCount, most = Number.POSITIVE_INFINITY }: VocabularyLimits,
): Vocabulary {
  const words = [...counts]
    .filter(([, count]) => count >= minCount)
    .sort(([one, first], [other, second]) => second - first || (one < other ? -1 : 1))
    .map(([token]) => token);
  return vocabularyOf(words.length > most ? words.slice(0, most) : words);
}

/** The vocabulary of a kept list of words. @param words all different. */
export function vocabularyOf(words: readonly string[]): Vocabulary {
  const numbers = new Map(words.map((word, index) => [word, MARKERS + index]));
  return {
    words,
    size: MARKERS + words.length,
    numberOf: (token) => numbers.get(token) ?? UNKNOWN,
    tokenOf: (number) => words[number - MARKERS],
  };
}
