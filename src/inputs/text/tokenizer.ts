/**
 * What a text is cut into.
 *
 * `character`: extended grapheme clusters, which are what people take for characters (Unicode Standard Annex 29): no
 * accent, flag or family of emojis is ever torn apart, whatever code points it is written in.
 * `word`: words, as BOUNDARIES has them.
 */
export const UNITS = ['character', 'word'] as const;

export type Unit = (typeof UNITS)[number];

/**
 * Where a word ends.
 *
 * `unicode`: by Unicode Standard Annex 29; every other character but white space is a word by itself.
 * `spaces`: at white space alone. For texts that were cut already, such as the Penn Treebank's `do n't` and `<unk>`.
 */
export const BOUNDARIES = ['unicode', 'spaces'] as const;

export type Boundaries = (typeof BOUNDARIES)[number];

/**
 * What is done to a text before it is cut.
 *
 * `none`: it stays as it is.
 * `lower-case`: Unicode's own lower case, the same in every locale. Accents stay.
 */
export const NORMALIZATIONS = ['none', 'lower-case'] as const;

export type Normalization = (typeof NORMALIZATIONS)[number];

/** Cuts texts into tokens, and makes texts of tokens. */
export interface Tokenizer {
  /** The tokens of a text in order; none for an empty one, and none for white space where units are words. */
  tokenize(text: string): string[];
  /** A text of tokens. Of characters the one that was cut, once normalized; of words, these with spaces between them. */
  join(tokens: readonly string[]): string;
}

/** What a tokenizer goes by. */
export interface Tokenization {
  readonly unit: Unit;
  readonly normalization: Normalization;
  /** Of words; `unicode` when absent. */
  readonly boundaries?: Boundaries | undefined;
}

export function tokenizerOf({ unit, normalization, boundaries = 'unicode' }: Tokenization): Tokenizer {
  const normalize = NORMALIZERS[normalization];
  const { cut, between } = CUTTERS[unit];
  return {
    tokenize: (text) => cut(normalize(text), boundaries),
    join: (tokens) => tokens.join(between),
  };
}

const NORMALIZERS: Readonly<Record<Normalization, (text: string) => string>> = {
  none: (text) => text,
  'lower-case': (text) => text.toLowerCase(),
};

interface Cutter {
  readonly cut: (text: string, boundaries: Boundaries) => string[];
  /** What stands between tokens in a text. */
  readonly between: string;
}

// The root locale: the same text gives the same tokens wherever a model runs.
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const words = new Intl.Segmenter('und', { granularity: 'word' });

const CUTTERS: Readonly<Record<Unit, Cutter>> = {
  character: {
    cut: (text) =>
      ONE_UNIT_EACH.test(text)
        ? text.split('')
        : Array.from(graphemes.segment(text), ({ segment }) => segment),
    between: '',
  },
  word: {
    cut: (text, boundaries) => WORDS[boundaries](text).filter((word) => word.trim() !== ''),
    between: ' ',
  },
};

const WORDS: Readonly<Record<Boundaries, (text: string) => string[]>> = {
  unicode: (text) => Array.from(words.segment(text), ({ segment }) => segment),
  spaces: (text) => text.split(/\s+/),
};

/** Below U+0300, where combining marks begin, every code unit from a space on, or a line feed, is a character of its own. */
const ONE_UNIT_EACH = /^[\n -\u02ff]*$/;
