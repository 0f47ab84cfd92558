import { isUtf8 } from 'node:buffer';

/**
 * The text of a table as spreadsheets save it: UTF-8, or UTF-16 with a mark at its start or without.
 * @throws Error with what it is instead, as the end of a sentence that begins with its name.
 */
export function tableText(bytes: Buffer): string {
  if (isWorkbook(bytes)) {
    throw new Error('is a workbook of a spreadsheet program, whatever its name says; save it as "CSV UTF-8"');
  }
  const encoding = unicodeOf(bytes, 'utf-8');
  if (encoding === 'utf-8' && !isUtf8(bytes)) {
    throw new Error(
      `is not UTF-8: line ${lineNotUtf8(bytes)} has other bytes, of a code page such as windows-1252, which does not say which letters they are; save it as "CSV UTF-8"`,
    );
  }
  const text = new TextDecoder(encoding).decode(bytes);
  if (text.includes('\0')) throw new Error('is not text: it has bytes that are 0');
  return text;
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

function lineNotUtf8(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf('\n', start);
    const end = found < 0 ? bytes.length : found;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
  return line;
}

/** What separates cells: a comma, or what programs take for it where a comma is in numbers, or a tab. */
const DELIMITERS = [',', ';', '\t'] as const;

/** A first line by which some programs say what separates cells. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/i;

/** What separates a table's cells, by how many columns that are known it makes of the header; and the rest of the table. */
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
