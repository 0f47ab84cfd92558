import type { TextInput } from './text-schema.js';

/** What a model card says of texts. */
export function describeText(settings: TextInput): string {
  const { unit, normalization, embedding, minCount } = settings;
  const lower = normalization === 'lower-case' ? ' in lower case' : '';
  return `- Input: the ${unit}s of a text${lower}, ${extentOf(settings)}.
- Vocabulary: ${unit}s that the training part has at least ${minCount} times; all others are one unknown token.
- Embedding: a vector of ${embedding} for each.`;
}

function extentOf({ unit, longest, sentences }: TextInput): string {
  if (!sentences) return `at most ${longest}, between a marker before and one after them`;
  return `sentence by sentence: its ${sentences.keep} ${sentences.most}, at most ${longest} ${unit}s of each`;
}
