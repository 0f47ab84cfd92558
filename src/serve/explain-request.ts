import type * as z from 'zod';
import { type Issue, issueWords } from '../pipeline/explain-issues.js';
import { nearest } from '../platform/nearest.js';

/**
 * What is wrong with what a request gives by name: a sentence for each, which names it and says what was found and what
 * was expected.
 *
 * @param about.given as it was read, before it was checked.
 * @param about.names that there are.
 * @param about.noun what one of them is called, such as `parameter`.
 */
export function explainRequest(
  error: z.ZodError,
  about: { given: unknown; names: readonly string[]; noun: string },
): string {
  // A number that is too large is no whole number, either.
  return [...new Set(error.issues.flatMap((issue) => sentencesOf(issue, about)))].join(' ');
}

function sentencesOf(
  issue: Issue,
  { given, names, noun }: { given: unknown; names: readonly string[]; noun: string },
): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownName(key, { names, noun }));
  if (issue.path.length === 0) return [`It must be a JSON object; found ${JSON.stringify(given)}.`];
  // A condition on several says enough without the value of one of them.
  if (issue.code === 'custom') return [`${issue.path.join('.')} ${issue.message}.`];
  return [`${issue.path.join('.')} ${issueWords(issue, given)}.`];
}

function unknownName(name: string, { names, noun }: { names: readonly string[]; noun: string }): string {
  const near = nearest(name, names);
  return `There is no ${noun} ${JSON.stringify(name)}${near === undefined ? '.' : `; did you mean ${near}?`}`;
}
