import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const gunzipBuffer = promisify(gunzip);

/**
 * The bytes that were gzipped, or the content itself when it does not begin as gzip does (RFC 1952).
 * @throws Error, in words that end a sentence, when the data are cut short, damaged, or unpack to more than
 *   `limitBytes`.
 */
export async function unpack(content: Uint8Array, limitBytes: number): Promise<Uint8Array> {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content;
  try {
    return await gunzipBuffer(content, { maxOutputLength: limitBytes });
  } catch (cause) {
    throw new Error(explain(cause, limitBytes), { cause });
  }
}

function explain(thrown: unknown, limitBytes: number): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  switch (code) {
    case 'Z_BUF_ERROR':
      return 'the gzip data are truncated';
    case 'ERR_BUFFER_TOO_LARGE':
      return `the gzip data unpack to more than ${limitBytes} bytes`;
    default:
      return `the gzip data are damaged (${thrown instanceof Error ? thrown.message : thrown})`;
  }
}
