import type { ReadableExample } from '../sequence-reader.js';

/** The text of an example, which datasets of texts have at hand. */
export function textOf({ id, text }: Pick<ReadableExample, 'id' | 'text'>): string {
  if (text === undefined) throw new Error(`${id} is no text`);
  return text;
}
