/** Words in a row that a text may share with another by chance. */
const RUN = 6;

export interface Verbatim {
  readonly words: number;
  /** Of those, how many stand in a run of at least `run` words that the other text has word for word. */
  readonly copied: number;
  readonly run: number;
  /** Words of the longest run. */
  readonly longest: number;
}

/**
 * How much of a text stands in another one word for word: words are what white space separates, capital letters and
 * punctuation as they are.
 */
export function verbatim(text: string, source: string): Verbatim {
  const words = wordsOf(text);
  const known = runsOf(wordsOf(source));
  const copied = new Uint8Array(words.length);
  for (let start = 0; start + RUN <= words.length; start++) {
    if (known.has(words.slice(start, start + RUN).join(' '))) copied.fill(1, start, start + RUN);
  }
  const count = copied.reduce((sum, is) => sum + is, 0);
  return {
    words: words.length,
    copied: count,
    run: RUN,
    longest: longestRun(words, ` ${wordsOf(source).join(' ')} `),
  };
}

/** Words in a row from any place on, as long as the source has them so. */
function longestRun(words: readonly string[], source: string): number {
  let longest = 0;
  for (let start = 0; start + longest < words.length; start++) {
    while (
      start + longest < words.length &&
      source.includes(` ${words.slice(start, start + longest + 1).join(' ')} `)
    ) {
      longest += 1;
    }
  }
  return longest;
}

function runsOf(words: readonly string[]): Set<string> {
  const runs = new Set<string>();
  for (let start = 0; start + RUN <= words.length; start++) {
    runs.add(words.slice(start, start + RUN).join(' '));
  }
  return runs;
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
