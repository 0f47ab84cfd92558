import abcjs from 'abcjs';

/** What was found of some tunes. */
export interface CheckedTunes {
  readonly valid: number;
  /** What is wrong with the others, each with how many have it first; the most frequent first. */
  readonly problems: ReadonlyArray<readonly [problem: string, count: number]>;
}

/** The tunes of a book, or of lines of JSON as `clipstep generate --json` writes them. */
export function tunesOf(content: string): string[] {
  if (content.startsWith('{')) {
    return content
      .trim()
      .split('\n')
      .map((line) => {
        const { prompt, text, endedBy } = JSON.parse(line);
        // What was cut off is no tune.
        return endedBy === 'length' ? '' : `${prompt}${text}`;
      });
  }
  return content.split(/^(?=X:)/m).filter((tune) => tune.startsWith('X:'));
}

export function checkTunes(tunes: readonly string[]): CheckedTunes {
  const counts = new Map<string, number>();
  for (const tune of tunes) {
    const problem = problemOf(tune);
    if (problem !== null) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  }
  const problems = [...counts].sort(([, one], [, other]) => other - one);
  return { valid: tunes.length - problems.reduce((sum, [, count]) => sum + count, 0), problems };
}

/** Fields that every tune has (ABC standard 2.1, section 3). */
const FIELDS = ['X:', 'T:', 'K:'];

/** A field of the Nottingham database's own, which ABC does not know and programs pass over. */
const OWN_FIELD = 'Y:';

/** The first thing that is wrong with a tune; null for a valid one: its fields are there, all is understood, and it has notes. */
export function problemOf(tune: string): string | null {
  const lines = tune
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith(OWN_FIELD));
  if (lines.join('') === '') return 'no end';
  const absent = FIELDS.find((field) => !lines.some((line) => line.startsWith(field)));
  if (absent) return `no field ${absent}`;
  const [parsed] = abcjs.parseOnly(lines.join('\n'));
  const [warning] = parsed?.warnings ?? [];
  if (warning !== undefined) return plain(warning);
  return parsed && hasNotes(parsed) ? null : 'no notes';
}

/** Without where in the tune it is. */
const plain = (warning: string): string =>
  warning
    .replace(/<[^>]*>/g, '')
    .replace(/^Music Line:\d+:\d+:\s*/, '')
    .replace(/:.*$/s, '')
    .trim();

function hasNotes({ lines }: abcjs.TuneObject): boolean {
  const elements = lines.flatMap(({ staff = [] }) => staff.flatMap(({ voices = [] }) => voices.flat()));
  return elements.some(({ el_type: kind }) => kind === 'note');
}
