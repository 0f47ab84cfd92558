import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.js';
import { absentFix } from '../platform/folder-names.js';
import { naturalOrder } from '../platform/natural-order.js';

/** The files (and, of a glob, folders) that a pattern matches; at least one. @throws UserError `not_found`. */
export async function matchPattern(pattern: string): Promise<string[]> {
  const matches = COUNTER.test(basename(pattern)) ? await matchCounter(pattern) : await matchGlob(pattern);
  if (matches.length > 0) return matches;
  const { isDynamicPattern } = await importGlobs();
  const isPattern = COUNTER.test(basename(pattern)) || isDynamicPattern(pattern);
  throw new UserError('not_found', {
    problem: isPattern ? `Nothing matches ${pattern}.` : `There is no ${pattern}.`,
    fix: absentFix(
      pattern,
      'See whether the path is right; it is taken from the folder that the command runs in.',
    ),
  });
}

/** When there is a pattern: most inputs are paths that are there. */
const importGlobs = () => import('tinyglobby');

async function matchGlob(pattern: string): Promise<string[]> {
  const { glob, isDynamicPattern } = await importGlobs();
  if (!isDynamicPattern(pattern)) return [];
  // In globs a backslash takes the meaning from the character after it, but on Windows it separates folders.
  const portable = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
  const matches = await glob(portable, { onlyFiles: false, expandDirectories: false });
  return matches.map((path) => path.replace(/\/$/, '')).sort(naturalOrder);
}

/** `%d` or `%04d`, as ffmpeg numbers its images. */
const COUNTER = /%(?:0(\d+))?d/;

/** The files that a counter can name, in the order of their numbers. A number that is missing is passed over. */
async function matchCounter(pattern: string): Promise<string[]> {
  const [before = '', after = ''] = basename(pattern)
    .split(COUNTER)
    .filter((_, part) => part !== 1);
  const width = Number(COUNTER.exec(basename(pattern))?.[1] ?? 1);
  const names = await readdir(dirname(pattern)).catch((): string[] => []);
  const numbered = names.flatMap((name) => {
    if (!name.startsWith(before) || !name.endsWith(after)) return [];
    const digits = name.slice(before.length, name.length - after.length);
    return /^\d+$/.test(digits) && digits.length >= width ? [{ name, number: Number(digits) }] : [];
  });
  return numbered
    .sort((one, other) => one.number - other.number)
    .map(({ name }) => join(dirname(pattern), name));
}
