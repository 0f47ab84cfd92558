import { type ErrorCode, UserError } from '../../errors.js';
import { readSignature } from '../../media/file-signature.js';
import { isEncoding } from './is-encoding.js';

interface Misread {
  /** As it was to be read. */
  readonly encoding: string;
  /** Of the file, what could not be read among them: as many as its letters can be told by. */
  readonly bytes: Uint8Array;
  /** The line that does not fit, where that is known. */
  readonly line?: number | undefined;
}

/** The error of a file that is in another encoding, which it names, or is no text at all. */
export async function ofOtherEncoding(
  path: string,
  { encoding, bytes, line, code }: Misread & { readonly code: ErrorCode },
): Promise<UserError> {
  const medium = await mediumOf(path, bytes);
  if (medium !== null) {
    return new UserError(code, {
      problem: `${path} is ${medium}, where a file of text was expected.`,
      fix: 'Give a file of text, or a model or a pipeline that reads clips.',
    });
  }
  const found = await encodingOf(bytes, encoding);
  const where = line === undefined ? '' : `, in line ${line}`;
  const convert = `convert it to UTF-8: iconv -f ${found ?? 'ENCODING'} -t utf-8`;
  return new UserError(code, {
    problem: `${path} is not ${encoding}${where}: ${found ? `it looks like ${found}` : 'no encoding is known that it could be'}.`,
    fix:
      found && isEncoding(found)
        ? `Say so with --encoding ${found}, or ${convert}.`
        : `Find out, and ${convert}.`,
  });
}

/** Letters may begin as a video does, but a text in one byte a letter has no 0. */
async function mediumOf(path: string, bytes: Uint8Array): Promise<string | null> {
  const signature = bytes.includes(0) ? await readSignature(path).catch(() => 'unknown') : 'unknown';
  if (signature === 'unknown') return null;
  return signature === 'video' ? 'a video' : 'an image';
}

/** What Europe's old files mostly are in: the guess where there are too few letters to tell. */
const FREQUENT = 'windows-1252';

/** The likeliest one by how often letters follow each other; null where there is none. */
async function encodingOf(bytes: Uint8Array, except: string): Promise<string | null> {
  // Few texts are in another encoding, and many are waited for.
  const { analyse } = await import('chardet');
  const names = [...analyse(bytes).map(({ name }) => name.toLowerCase()), FREQUENT];
  return names.find((name) => name !== except && name !== 'ascii') ?? null;
}
