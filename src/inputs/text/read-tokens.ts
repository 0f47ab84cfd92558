import { UserError } from '../../errors.js';
import type { TokenSequence } from '../batches.js';
import type { SequenceReader } from '../sequence-reader.js';
import { textOf } from './text-of.js';
import type { TextInput } from './text-schema.js';
import { tokenizerOf } from './tokenizer.js';
import { BEGIN, END, vocabularyOf } from './vocabulary.js';

/**
 * Texts as the numbers of their tokens, BEGIN before and END after them, which is where a network sees how a text begins
 * and ends whichever way it reads.
 *
 * @param words of the vocabulary.
 * @throws what it returns does: UserError `empty` for a text without a token.
 */
export function readTokens(settings: TextInput, words: readonly string[]): SequenceReader<TokenSequence> {
  const { tokenize } = tokenizerOf(settings);
  const { numberOf } = vocabularyOf(words);
  return async (example) => {
    const tokens = tokenize(textOf(example)).slice(0, settings.longest);
    if (tokens.length === 0) throw withoutTokens(example.id);
    const data = Int32Array.from([BEGIN, ...tokens.map(numberOf), END]);
    return { kind: 'tokens', data, timesteps: data.length };
  };
}

function withoutTokens(id: string): UserError {
  return new UserError('empty', {
    problem: `${id} is an empty text: there is nothing to read in it.`,
    fix: 'Give a text with a character in it that is no white space.',
  });
}
