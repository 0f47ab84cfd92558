import type { TextInput } from './text-schema.js';
import { tokenizerOf } from './tokenizer.js';

/**
 * A text as a network reads it: the tokens of each of its sentences, or, where it is read as one, of the whole. None has
 * more than `longest`, and none is empty.
 */
export function cutText(settings: TextInput, text: string): string[][] {
  const { tokenize } = tokenizerOf(settings);
  const tokensOf = (part: string) => tokenize(part).slice(0, settings.longest);
  const isThere = (tokens: string[]) => tokens.length > 0;
  if (!settings.sentences) return [tokensOf(text)].filter(isThere);
  // Before a text becomes lower case: what begins with a capital is a new sentence.
  const parts = Array.from(sentences.segment(text), ({ segment }) => tokensOf(segment)).filter(isThere);
  const { most, keep } = settings.sentences;
  return keep === 'first' ? parts.slice(0, most) : parts.slice(-most);
}

// As the tokenizer has it: the same in every locale.
const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });
