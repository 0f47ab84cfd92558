import { basename } from 'node:path';

/** Characters of a text that its id shows. */
const SHOWN = 60;

/** Where a text stands, and how it begins: in one line, and no character cut in two. */
export function textId(text: string, { path, line }: { path: string; line: number }): string {
  const characters = [...text.slice(0, 2 * SHOWN)];
  const start = characters.slice(0, SHOWN).join('').replaceAll(/\s+/g, ' ');
  return `${basename(path)}:${line} ${start}`;
}
