/** Stands right after the word before it. */
const CLOSES = /^([.,!?:;%)\]}»”…]|')$/;

/** The word after it stands right after it. */
const OPENS = /^[([{«“¿¡#$€£@]$/;

/** Joins what stands around it: a compound, or a fraction. */
const JOINS = /^[-‐/_]$/;

/** Opens at first, and closes what it has opened. */
const QUOTE = '"';

/**
 * Words and punctuation as a text: spaces where people put them in most of the languages that put spaces between words. What
 * a tokenizer of words has torn apart is put together again as a rule, and not always as it was: a dash between two spaces
 * comes back without them.
 */
export function writeWords(words: readonly string[]): string {
  let text = '';
  let isQuoted = false;
  let joins = true;
  for (const word of words) {
    const isQuote = word === QUOTE;
    const closes = CLOSES.test(word) || JOINS.test(word) || (isQuote && isQuoted);
    text += joins || closes ? word : ` ${word}`;
    if (isQuote) isQuoted = !isQuoted;
    joins = OPENS.test(word) || JOINS.test(word) || (isQuote && isQuoted);
  }
  return text;
}
