/** What acts on a terminal: control characters, and marks that turn the direction of writing. */
const ACTING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Names may hold anything; a terminal, a player or a page must not act on it. */
export function printable(text: string): string {
  return text.replace(ACTING, (character) => (character === '\n' ? '\\n' : '\uFFFD'));
}

/** As printable, of a text of several lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');
