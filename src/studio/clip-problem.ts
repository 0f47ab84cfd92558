import { dirname, sep } from 'node:path';

/**
 * What is wrong with a clip, for a page: by the file's name alone, and without what ffmpeg says, which is for whoever
 * started the studio.
 *
 * @param about.path of the clip.
 */
export function problemOnPage(problem: string, { path }: { path: string }): string {
  return withoutToolWords(problem.replaceAll(dirname(path) + sep, ''));
}

/** Without what ffmpeg says, as media/failures.ts quotes it. */
export const withoutToolWords = (problem: string): string =>
  problem.replace(/[;,]? ffmpeg (?:says: ".*"|gives no reason)/s, '');
