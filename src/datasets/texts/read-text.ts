import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { UserError } from '../../errors.js';

/**
 * A file as text, without the mark that some begin with.
 *
 * @param encoding as encodingSchema has it.
 * @throws UserError `bad_dataset` for bytes that are not of that encoding; what the file system says.
 */
export async function readText(path: string, encoding: string): Promise<string> {
  const bytes = await readFile(path);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError('bad_dataset', {
      problem: `${path} is not ${encoding}: ${whereNot(bytes, encoding)}.`,
      fix: `Say what it is, such as data.encoding=${guess(bytes)}, or convert it to UTF-8: iconv -f ${guess(bytes)} -t utf-8.`,
      cause,
    });
  }
}

/** The line that does not fit, for the encoding that files mostly are in. */
function whereNot(bytes: Buffer, encoding: string): string {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf('\n', start);
    const end = found < 0 ? bytes.length : found;
    if (encoding === 'utf-8' && !isUtf8(bytes.subarray(start, end)))
      return `line ${line} has bytes that are none`;
    start = end + 1;
  }
  return 'it has bytes that are none';
}

/** UTF-16 files begin with a mark. Else it is what Europe's old files are in. */
function guess(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe') return 'utf-16le';
  return mark === 'feff' ? 'utf-16be' : 'windows-1252';
}
