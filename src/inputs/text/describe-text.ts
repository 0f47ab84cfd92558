import type { TextInput } from './text-schema.js';

/** What a model card says of texts. */
export function describeText({ unit, normalization, embedding, minCount, longest }: TextInput): string {
  const lower = normalization === 'lower-case' ? ' in lower case' : '';
  return `- Input: the ${unit}s of a text${lower}, at most ${longest}, between a marker before and one after them.
- Vocabulary: ${unit}s that the training part has at least ${minCount} times; all others are one unknown token.
- Embedding: a vector of ${embedding} for each.`;
}
