import type * as z from 'zod';
import { counted } from '../platform/counted.js';
import { nearest } from '../platform/nearest.js';
import { nearestSetting } from './setting-names.js';

/** A setting's place in a document: names of sections, numbers of a list's entries. */
export type SettingPath = ReadonlyArray<string | number>;

/** Where a setting was written, for people: `line 12, column 3`; undefined where nobody wrote it. */
export type PlaceOf = (path: SettingPath) => string | undefined;

/** One line for each thing that is wrong with a document's settings: which one, where, what was found and expected. */
export function explainIssues(
  error: z.ZodError,
  { document, placeOf }: { document: unknown; placeOf: PlaceOf },
): string {
  const lineOf = (path: SettingPath, words: string): string => {
    const place = placeOf(path);
    return `  ${path.join('.') || '(top)'}${place ? ` (${place})` : ''}: ${words}`;
  };
  const lines = error.issues.flatMap((issue) => {
    const path = pathOf(issue);
    if (issue.code !== 'unrecognized_keys') return [lineOf(path, issueWords(issue, document))];
    return issue.keys.map((key) => lineOf([...path, key], unknownWords([...path, key])));
  });
  return lines.join('\n');
}

export type Issue = z.ZodError['issues'][number];

/** What was found in a document and what was expected, to stand after the name of the place: `must be at most 1; found 2`. */
export const issueWords = (issue: Issue, document: unknown): string =>
  wordsOf(issue, valueAt(document, pathOf(issue)));

/** Documents in YAML and JSON have no symbols for names. */
const pathOf = ({ path }: Issue): SettingPath =>
  path.map((part) => (typeof part === 'symbol' ? String(part) : part));

function unknownWords(path: SettingPath): string {
  const near = nearestSetting(path);
  return `there is no such setting${near ? `; did you mean ${near}?` : ''}`;
}

function wordsOf(issue: Issue, value: unknown): string {
  const found = `found ${shown(value)}`;
  switch (issue.code) {
    case 'invalid_type': {
      const isEndless = issue.expected === 'number' && typeof value === 'number';
      const expected = isEndless ? 'a finite number' : (TYPES[issue.expected] ?? issue.expected);
      return value === undefined ? `is missing; it must be ${expected}` : `must be ${expected}; ${found}`;
    }
    case 'invalid_value':
      return choiceWords(issue.values.map(String), value);
    case 'invalid_union':
      return choiceWords('options' in issue ? (issue.options ?? []).map(String) : [], value);
    case 'too_small':
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${amountOf(issue.minimum, issue.origin)}; ${found}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${amountOf(issue.maximum, issue.origin)}; ${found}`;
    case 'invalid_format':
      return `must be ${issue.message}; ${found}`;
    default:
      return isTold(value, issue.message) ? `${issue.message}; ${found}` : issue.message;
  }
}

/** A section is long, and of what must be left out it does not matter what it is. */
const isTold = (value: unknown, message: string): boolean =>
  value !== undefined && typeof value !== 'object' && !message.includes('left out');

/** What zod calls a type, in words for people. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a section with settings of its own',
  array: 'a list',
};

function choiceWords(choices: readonly string[], value: unknown): string {
  const expected = choices.length > 0 ? `one of ${choices.join(', ')}` : 'one of the kinds that there are';
  if (value === undefined) return `is missing; it must be ${expected}`;
  const near = typeof value === 'string' ? nearest(value, choices) : undefined;
  return `must be ${expected}; found ${shown(value)}${near ? `, did you mean ${near}?` : ''}`;
}

/** A limit, with what is counted where it is no number. */
function amountOf(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${counted(Number(limit), 'character')} long`;
  return origin === 'array' ? `${counted(Number(limit), 'entry', 'entries')} long` : String(limit);
}

/** Longest piece of a value that a message quotes. */
const LONGEST = 60;

function shown(value: unknown): string {
  // JSON has no such numbers; this is how YAML writes them.
  if (Number.isNaN(value)) return '.nan';
  if (value === Number.POSITIVE_INFINITY) return '.inf';
  if (value === Number.NEGATIVE_INFINITY) return '-.inf';
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function valueAt(document: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    document,
  );
}
