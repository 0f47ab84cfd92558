import { isUtf8 } from 'node:buffer';
import type { ErrorCode } from '../../errors.js';
import { unicodeOf } from '../table-text.js';
import { ofOtherEncoding } from './of-other-encoding.js';

/**
 * Bytes as text, in parts, without the mark that some begin with.
 *
 * @param options.path of the file that they are of, for errors. `encoding` as encodingSchema has it; where that is UTF-8,
 *   UTF-16 is read, too, which can be told from it.
 * @throws UserError `code` for bytes that are not of the encoding.
 */
export async function* decodedParts(
  parts: AsyncIterable<Uint8Array>,
  { path, encoding, code }: { path: string; encoding: string; code: ErrorCode },
): AsyncGenerator<string, void, undefined> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let bytes: Uint8Array = new Uint8Array(0);
  let lines = 0;
  try {
    for await (bytes of parts) {
      decoder ??= new TextDecoder(unicodeOf(bytes, encoding), { fatal: true });
      yield decoder.decode(bytes, { stream: true });
      lines += linesIn(bytes);
    }
    if (decoder) yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const line = encoding === 'utf-8' ? lines + 1 + goodLines(bytes) : undefined;
    throw await ofOtherEncoding(path, { encoding, bytes, line, code });
  }
}

/** How many line breaks. */
function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let found = bytes.indexOf(NEWLINE); found >= 0; found = bytes.indexOf(NEWLINE, found + 1)) count += 1;
  return count;
}

const NEWLINE = 0x0a;

/** How many whole lines are UTF-8 before one that is not; a letter that began in the part before may be the rest of one. */
function goodLines(bytes: Uint8Array): number {
  let count = 0;
  let start = Math.max(
    0,
    bytes.findIndex((byte) => (byte & 0xc0) !== 0x80),
  );
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return count;
    start = end + 1;
    count += 1;
  }
}
