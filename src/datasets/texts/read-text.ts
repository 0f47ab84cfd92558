import { isUtf8 } from 'node:buffer';
import { messageOf, type UserError } from '../../errors.js';
import { bytesOfFile, NoRegularFile, readRegularFile } from '../../platform/regular-file.js';
import { badDataset } from '../found.js';
import { isWorkbook, unicodeOf } from '../table-text.js';
import { ofOtherEncoding } from './of-other-encoding.js';

/**
 * A file as text, without the mark that some begin with.
 *
 * @param encoding as encodingSchema has it; where that is UTF-8, UTF-16 is read, too, which can be told from it.
 * @throws UserError `bad_dataset` for bytes that are not of that encoding; what the file system says.
 */
export async function readText(path: string, encoding: string): Promise<string> {
  const bytes = await readRegularFile(path).catch(refusePipe(path));
  if (isWorkbook(bytes)) throw workbook(path);
  try {
    return new TextDecoder(unicodeOf(bytes, encoding), { fatal: true }).decode(bytes);
  } catch {
    const { line, start } = encoding === 'utf-8' ? firstOther(bytes) : { line: undefined, start: 0 };
    const around = bytes.subarray(Math.max(0, start - SAMPLE_BYTES), start + SAMPLE_BYTES);
    throw await ofOtherEncoding(path, { encoding, bytes: around, line, code: 'bad_dataset' });
  }
}

/** The bytes of a file of text as they come. @throws UserError `bad_dataset` for a pipe or a device; what the file system says. */
export async function* textBytes(path: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* bytesOfFile(path);
  } catch (cause) {
    refusePipe(path)(cause);
  }
}

const refusePipe =
  (path: string) =>
  (cause: unknown): never => {
    if (!(cause instanceof NoRegularFile)) throw cause;
    throw badDataset(`${path} cannot be read: ${messageOf(cause)}.`, 'Give a file of text.');
  };

/** The error for a workbook in the place of a text. */
export const workbook = (path: string): UserError =>
  badDataset(
    `${path} is a workbook of a spreadsheet program, whatever its name says.`,
    'Save it as "CSV UTF-8".',
  );

/** On either side of what is not of the encoding: as much as tells which one it is of. */
const SAMPLE_BYTES = 2 ** 18;

/** The first line that is not UTF-8, and where it begins. */
function firstOther(bytes: Buffer): { line: number; start: number } {
  let line = 1;
  let start = 0;
  for (;;) {
    const found = bytes.indexOf('\n', start);
    const end = found < 0 ? bytes.length : found;
    if (found < 0 || !isUtf8(bytes.subarray(start, end))) return { line, start };
    start = end + 1;
    line++;
  }
}
