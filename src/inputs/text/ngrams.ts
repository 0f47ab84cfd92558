import type { TextInput } from './text-schema.js';
import { tokenizerOf, type Unit } from './tokenizer.js';

/** Longest n-grams, in tokens: of characters as language identification has them, of words pairs. */
const LONGEST: Readonly<Record<Unit, number>> = { character: 4, word: 2 };

/** Stands before and after a text's tokens, and in none of them. */
const BOUND = '\u0000';

/**
 * The n-grams of a text with its bounds, from one token to LONGEST, repeated ones as often as they are there: what a
 * classifier that knows no sequences goes by (Cavnar and Trenkle 1994).
 */
export function ngramsOf(settings: TextInput, text: string): string[] {
  const all = tokenizerOf(settings).tokenize(text);
  // Of a text that is read by sentences, all are there to be counted.
  const tokens = settings.sentences ? all : all.slice(0, settings.longest);
  const bounded = [BOUND, ...tokens, BOUND];
  const longest = LONGEST[settings.unit];
  return bounded.flatMap((_, start) =>
    Array.from({ length: Math.min(longest, bounded.length - start) }, (_, length) =>
      bounded.slice(start, start + length + 1).join('\u0001'),
    ),
  );
}
