import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { listIssues, messageOf, type UserError } from '../errors.js';
import { nearest } from '../platform/nearest.js';
import { badDataset, splitNamed } from './found.js';
import { columnName, delimited } from './table-text.js';

/** An empty cell is one that was not filled in. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((cell) => (cell === '' ? undefined : cell), schema.optional());

const seconds = z.string().transform((text, context) => {
  const value = parseTime(text);
  if (typeof value === 'number') return value;
  context.addIssue({ code: 'custom', message: value });
  return z.NEVER;
});

/** Seconds; or what is wrong, in words. */
function parseTime(text: string): number | string {
  if (/^[\d:]+,\d+$/.test(text)) {
    return `has a decimal comma, ${text}, which in other tables separates cells or thousands; write ${text.replace(',', '.')}`;
  }
  const [, hours = '0', minutes = '0', rest] =
    /^(?:(?:(\d+):)?([0-5]?\d):(?=[0-5]?\d(?:\.|$)))?(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (rest === undefined) return `must be seconds, such as 12.5, or hh:mm:ss, not ${text}`;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

const split = z.string().transform((word, context) => {
  const name = splitNamed(word);
  if (name) return name;
  context.addIssue({ code: 'custom', message: `must be train, val or test, not ${word}` });
  return z.NEVER;
});

const rowSchema = z
  .object({
    path: z.string().min(1, 'must not be empty'),
    label: optional(z.string()),
    group: optional(z.string()),
    split: optional(split),
    start: optional(seconds),
    end: optional(seconds),
  })
  .refine(({ start = 0, end }) => end === undefined || end > start, {
    path: ['end'],
    message: 'must be later than start',
  });

export interface ManifestRow {
  readonly line: number;
  readonly cells: z.infer<typeof rowSchema>;
}

export type Column = keyof typeof rowSchema.shape;

// Object.keys gives strings; these are the schema's own.
const COLUMNS = Object.keys(rowSchema.shape) as Column[];

interface Source {
  /** Of the manifest, for errors. */
  readonly path: string;
  /** Columns that must be there, and filled in. */
  readonly needed: readonly Column[];
}

/**
 * The rows of a manifest's text, whatever separates its cells. Names of columns may have capitals, rows may be blank
 * and may have empty cells at their ends.
 * @throws UserError `bad_dataset` with the lines that do not fit.
 */
export function manifestRows(text: string, source: Source): ManifestRow[] {
  const [header, ...records] = parseCsv(text, source);
  if (!header) throw badManifest(source.path, 'it is empty');
  const columns = checkHeader(header.record, source);
  const rows: ManifestRow[] = [];
  const problems: string[] = [];
  for (const { record, info } of records) {
    const parsed = parseRow(record, { columns, needed: source.needed });
    if (typeof parsed === 'string') problems.push(`line ${info.lines}:\n${parsed}`);
    else rows.push({ line: info.lines, cells: parsed });
  }
  if (problems.length === 0) return rows;
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more lines`] : [];
  throw badManifest(source.path, [...problems.slice(0, MOST_PROBLEMS), ...more].join('\n'));
}

/** Lines that one error quotes. */
const MOST_PROBLEMS = 10;

/** The error for a manifest that does not fit. */
export function badManifest(path: string, problem: string): UserError {
  return badDataset(
    `The manifest ${path} does not fit:\n${problem}`,
    'Its columns are path and label and, if wanted, group, split (train, val or test; for all clips or none), start and end (seconds or hh:mm:ss).',
  );
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function parseCsv(text: string, { path }: Source): CsvRecord[] {
  const { body, delimiter } = delimited(text, COLUMNS);
  try {
    const options = {
      delimiter,
      info: true,
      bom: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
    } as const;
    // The types of csv-parse leave out that `info` wraps each record.
    const records = parse(body, options) as unknown as CsvRecord[];
    // Spreadsheets keep rows that were cleared.
    return records.filter(({ record }) => record.some((cell) => cell !== ''));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw badManifest(path, messageOf(cause));
  }
}

/** The columns in their order; null for those without a name, as spreadsheets add. */
function checkHeader(header: readonly string[], { path, needed }: Source): Array<Column | null> {
  const names = header.map(columnName);
  const columns = names.map((name) => COLUMNS.find((column) => column === name) ?? null);
  const absent = needed.filter((name) => !columns.includes(name));
  if (absent.length > 0) {
    throw badManifest(path, `line 1: the header ${header.join(',')} lacks ${absent.join(' and ')}`);
  }
  const wrong = names.filter(
    (name, index) => name !== '' && (columns[index] === null || names.indexOf(name) !== index),
  );
  if (wrong.length > 0) {
    const words = wrong.map((name) => {
      const near = columns.includes(name as Column) ? undefined : nearest(name, COLUMNS);
      return near ? `${name} (did you mean ${near}?)` : name;
    });
    throw badManifest(path, `line 1: unknown or repeated: ${words.join(', ')}`);
  }
  return columns;
}

/** The cells of a row; or what is wrong, in lines. */
function parseRow(
  record: readonly string[],
  { columns, needed }: { columns: ReadonlyArray<Column | null>; needed: readonly Column[] },
): ManifestRow['cells'] | string {
  const stray = record.findIndex((cell, index) => cell !== '' && (columns[index] ?? null) === null);
  if (stray >= 0) {
    const count = record.findLastIndex((cell) => cell !== '') + 1;
    return `  it has ${count} cells, and the header names ${columns.filter((name) => name !== null).length}: a comma within a cell, be it a decimal one, needs quotes or a point`;
  }
  const cells = Object.fromEntries(columns.map((name, index) => [name ?? '', record[index] ?? '']));
  const parsed = rowSchema.safeParse(cells);
  if (!parsed.success) return listIssues(parsed.error);
  const empty = needed.filter((name) => (cells[name] ?? '') === '');
  return empty.length > 0 ? `  ${empty.join()}: must not be empty` : parsed.data;
}
