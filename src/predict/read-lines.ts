import { basename } from 'node:path';
import { decodedParts } from '../datasets/texts/decoded-parts.js';
import { messageOf, UserError } from '../errors.js';
import { bytesOfFile } from '../platform/regular-file.js';

/** A text of a file, or why there is none. */
export type Line =
  | { readonly input: string; readonly text: string }
  | { readonly input: string; readonly error: UserError };

/**
 * The lines of a file, each a text, as they come. A file that cannot be read is one failure.
 * @param encoding as encodingSchema has it.
 */
export const linesOf = (path: string, encoding?: string): AsyncGenerator<Line, void, undefined> =>
  linesIn(bytesOfFile(path), { name: path, encoding });

/** As linesOf, of what has that name for people. */
export async function* linesIn(
  stream: AsyncIterable<Uint8Array>,
  { name: path, encoding = 'utf-8' }: { name: string; encoding?: string | undefined },
): AsyncGenerator<Line, void, undefined> {
  let number = 0;
  let rest = '';
  try {
    for await (const text of decodedParts(stream, { path, encoding, code: 'unreadable' })) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield asLine(line, `${path}:${++number}`);
    }
    if (rest !== '') yield asLine(rest, `${path}:${++number}`);
  } catch (cause) {
    yield { input: path, error: cause instanceof UserError ? cause : unreadable(path, cause) };
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
  return new UserError('unreadable', {
    problem: `${path} cannot be read: ${messageOf(cause)}.`,
    fix: 'Give the path of a file with a text a line.',
    cause,
  });
}
