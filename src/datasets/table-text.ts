import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../platform/regular-file.js';

/** What a file is that is no table, as the end of a sentence that begins with its name. */
export class NoTable extends Error {}

const CHUNK_BYTES = 2 ** 16;
/** No line of a table is as long; a file without line breaks is none. */
const LONGEST_LINE_BYTES = 2 ** 22;

/**
 * The text of a table as spreadsheets save it, in parts: UTF-8, or UTF-16 with a mark at its start or without.
 * @throws NoTable; what the file system says.
 */
export async function* tableText(path: string): AsyncGenerator<string, void> {
  const file = await openRegularFile(path);
  try {
    const bytes = partsOf(file);
    const { value: first } = await bytes.next();
    if (!first) return;
    if (isWorkbook(first)) {
      throw new NoTable(
        'is a workbook of a spreadsheet program, whatever its name says; save it as "CSV UTF-8"',
      );
    }
    const encoding = unicodeOf(first, 'utf-8');
    const all = prepend(first, bytes);
    for await (const text of encoding === 'utf-8' ? utf8Text(all) : utf16Text(all, encoding)) {
      if (text.includes('\0')) throw new NoTable('is not text: it has bytes that are 0');
      yield text;
    }
  } finally {
    await file.close();
  }
}

async function* partsOf(file: FileHandle): AsyncGenerator<Buffer, void> {
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* prepend<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  yield first;
  yield* rest;
}

/** Whole lines at a time, so that the one that is not UTF-8 can be named. */
async function* utf8Text(parts: AsyncIterable<Buffer>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8');
  let line = 1;
  let rest = Buffer.alloc(0);
  const decode = (lines: Buffer) => {
    const bad = lineNotUtf8(lines);
    if (bad === null) return decoder.decode(lines, { stream: true });
    throw new NoTable(
      `is not UTF-8: line ${line + bad} has other bytes, of a code page such as windows-1252, which does not say which letters they are; save it as "CSV UTF-8"`,
    );
  };
  for await (const part of parts) {
    const bytes = Buffer.concat([rest, part]);
    const end = Math.max(bytes.lastIndexOf('\n'), bytes.lastIndexOf('\r')) + 1;
    rest = bytes.subarray(end);
    if (rest.length > LONGEST_LINE_BYTES) throw tooLong();
    if (end === 0) continue;
    const lines = bytes.subarray(0, end);
    yield decode(lines);
    line += countLines(lines);
  }
  yield decode(rest);
}

const tooLong = () => new NoTable(`has a line of over ${LONGEST_LINE_BYTES} bytes`);

async function* utf16Text(parts: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder(encoding);
  for await (const part of parts) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}

/** Beginnings of files that spreadsheets keep: of a zip archive, and of an older container. */
const WORKBOOKS = ['504b0304', 'd0cf11e0'];

/** Whether a file is one that spreadsheets keep, by its first bytes. */
export const isWorkbook = (bytes: Uint8Array): boolean =>
  WORKBOOKS.includes(Buffer.from(bytes.subarray(0, 4)).toString('hex'));

/**
 * What a text is in that is said to be in an encoding: UTF-16 in place of UTF-8 where a mark says so, or where every
 * other byte is 0 at its start, as of letters of ASCII.
 */
export function unicodeOf(bytes: Uint8Array, encoding: string): string {
  if (encoding !== 'utf-8') return encoding;
  const [first, second, third, fourth] = bytes;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0 && third !== 0 && fourth === 0)) {
    return 'utf-16le';
  }
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && third === 0 && fourth !== 0)) {
    return 'utf-16be';
  }
  return encoding;
}

/** The first line that is not UTF-8, counted from 0; null where all are. */
function lineNotUtf8(bytes: Buffer): number | null {
  if (isUtf8(bytes)) return null;
  let line = 0;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf('\n', start);
    const end = found < 0 ? bytes.length : found;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
  return line;
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let found = bytes.indexOf('\n'); found >= 0; found = bytes.indexOf('\n', found + 1)) count += 1;
  return count;
}

/** What separates cells: a comma, or what programs take for it where a comma is in numbers, or a tab. */
const DELIMITERS = [',', ';', '\t'] as const;

/** A first line by which some programs say what separates cells. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/i;

/**
 * What separates a table's cells, by how many columns that are known it makes of the header; and the text without a line
 * that says so.
 * @param text with the header whole.
 */
export function delimited(text: string, known: readonly string[]): { body: string; delimiter: string } {
  const said = SEPARATOR_LINE.exec(text);
  // A blank line in its place leaves the numbers of the others as they are.
  if (said) return { body: text.replace(SEPARATOR_LINE, '\n'), delimiter: said[1]! };
  const header = /^\s*(.*)/.exec(text)?.[1] ?? '';
  const count = (delimiter: string) =>
    header.split(delimiter).filter((name) => known.includes(columnName(name))).length;
  const delimiter = DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
  return { body: text, delimiter };
}

/** `"Path"` as `path`. */
export const columnName = (text: string): string =>
  text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim()
    .toLowerCase();
