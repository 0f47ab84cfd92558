import * as z from 'zod';
import { listIssues, messageOf, type UserError } from '../errors.js';
import { badDataset, splitNamed } from './found.js';
import { cellsOf, tableColumns, tableRecords } from './table-records.js';

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
  const { columns, records } = readTable(text, source);
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

function readTable(text: string, { path, needed }: Source) {
  try {
    const [header, ...records] = tableRecords(text, { known: COLUMNS });
    if (!header) throw new Error('it is empty');
    return { columns: tableColumns(header.record, { known: COLUMNS, needed }), records };
  } catch (cause) {
    throw badManifest(path, messageOf(cause));
  }
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

/** The cells of a row; or what is wrong, in lines. */
function parseRow(
  record: readonly string[],
  { columns, needed }: { columns: ReadonlyArray<Column | null>; needed: readonly Column[] },
): ManifestRow['cells'] | string {
  const cells = cellsOf(record, columns);
  if (typeof cells === 'string') return cells;
  const parsed = rowSchema.safeParse(cells);
  if (!parsed.success) return listIssues(parsed.error);
  const empty = needed.filter((name) => (cells[name] ?? '') === '');
  return empty.length > 0 ? `  ${empty.join()}: must not be empty` : parsed.data;
}
