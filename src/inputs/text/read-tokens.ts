import { UserError } from '../../errors.js';
import type { TokenSequence } from '../batches.js';
import type { ReadableExample, SequenceReader } from '../sequence-reader.js';
import { cutText } from './cut-text.js';
import { textOf } from './text-of.js';
import type { TextInput } from './text-schema.js';
import { BEGIN, END, type Vocabulary, vocabularyOf } from './vocabulary.js';

/**
 * Texts as the numbers of their tokens. One that is read as a whole has BEGIN before and END after them, which is where a
 * network sees how it begins and ends whichever way it reads; sentences are segments, which begin and end by themselves.
 *
 * @param words of the vocabulary.
 * @throws what it returns does: UserError `empty` for a text without a token.
 */
export function readTokens(settings: TextInput, words: readonly string[]): SequenceReader<TokenSequence> {
  const { numberOf } = vocabularyOf(words);
  // A training reads each of its texts once an epoch, and cutting one takes longer than all else of that.
  const known = new WeakMap<ReadableExample, TokenSequence>();
  return async (example) => {
    const sequence = known.get(example) ?? sequenceOf(example, { settings, numberOf });
    known.set(example, sequence);
    return sequence;
  };
}

function sequenceOf(
  example: ReadableExample,
  { settings, numberOf }: { settings: TextInput; numberOf: Vocabulary['numberOf'] },
): TokenSequence {
  const parts = cutText(settings, textOf(example));
  if (parts.length === 0) throw withoutTokens(example.id);
  const numbers = parts.flat().map(numberOf);
  const data = Int32Array.from(settings.sentences ? numbers : [BEGIN, ...numbers, END]);
  const segments = settings.sentences && Int32Array.from(parts, ({ length }) => length);
  return { kind: 'tokens', data, timesteps: data.length, segments };
}

function withoutTokens(id: string): UserError {
  return new UserError('empty', {
    problem: `${id} is an empty text: there is nothing to read in it.`,
    fix: 'Give a text with a character in it that is no white space.',
  });
}
