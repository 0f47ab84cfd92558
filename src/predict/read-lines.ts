import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { messageOf, UserError } from '../errors.js';

/** A text of a file, or why there is none. */
type Line =
  | { readonly input: string; readonly text: string }
  | { readonly input: string; readonly error: UserError };

/** The lines of a file, each a text, as they come. A file that cannot be read is one failure. */
export async function* linesOf(path: string): AsyncGenerator<Line, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let rest = '';
  try {
    for await (const chunk of createReadStream(path)) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield asLine(line, `${path}:${++number}`);
    }
    rest += decoder.decode();
    if (rest !== '') yield asLine(rest, `${path}:${++number}`);
  } catch (cause) {
    yield { input: path, error: unreadable(path, cause) };
  }
}

function asLine(line: string, place: string): Line {
  const text = line.trim();
  if (text !== '') return { input: text, text };
  const error = new UserError('empty', {
    problem: `${basename(place)} is an empty line.`,
    fix: 'Remove it, or see whether a text is missing there.',
  });
  return { input: place, error };
}

function unreadable(path: string, cause: unknown): UserError {
  const isEncoding = cause instanceof TypeError;
  return new UserError('unreadable', {
    problem: isEncoding ? `${path} is not UTF-8.` : `${path} cannot be read: ${messageOf(cause)}.`,
    fix: isEncoding
      ? `Convert it, such as with: iconv -f windows-1252 -t utf-8 ${path}`
      : 'Give the path of a file with a text a line, or a text itself with --text.',
    cause,
  });
}
