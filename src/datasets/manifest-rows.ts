import { CsvError } from 'csv-parse';
import * as z from 'zod';
import { listIssues, messageOf, UserError } from '../errors.js';
import { isWebAddress, publicAddress } from '../platform/remote/web-address.js';
import { type CsvFeed, feedCsv } from './feed-csv.js';
import { badDataset, splitNamed } from './found.js';
import { cellsOf, tableColumns } from './table-columns.js';
import { delimited, NoTable, tableText } from './table-text.js';

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
    id: optional(z.string()),
    start: optional(seconds),
    end: optional(seconds),
  })
  .refine(({ start = 0, end }) => end === undefined || end > start, {
    path: ['end'],
    message: 'must be later than start',
  });

/** Cells of a row by their columns. */
export type ManifestCells = z.infer<typeof rowSchema>;

export interface ManifestRow {
  readonly line: number;
  readonly cells: ManifestCells;
}

export type Column = keyof typeof rowSchema.shape;

// Object.keys gives strings; these are the schema's own.
const COLUMNS = Object.keys(rowSchema.shape) as Column[];

export interface ManifestSource {
  readonly path: string;
  /** Columns that must be there, and filled in. */
  readonly needed: readonly Column[];
  /**
   * Whether a row of this name (see clipName) is wanted; asked once of each. The others are passed over with a look at
   * their shape only, so that a few of a million rows are found soon.
   */
  readonly isWanted?: ((name: string) => boolean) | undefined;
}

/**
 * The rows of a manifest, whatever separates its cells, as they are read. Names of columns may have capitals, rows may
 * be blank and may have empty cells at their ends.
 *
 * @throws UserError `bad_dataset` with the lines that do not fit, when all are read; `unreadable`.
 */
export async function* manifestRows(source: ManifestSource): AsyncGenerator<ManifestRow, void> {
  const reader = new RowReader(source);
  let csv: CsvFeed | undefined;
  try {
    for await (const text of textOf(source)) {
      if (csv) await csv.write(text);
      else {
        const { body, delimiter } = delimited(text, COLUMNS);
        csv = feedCsv({ delimiter, longestRecord: LONGEST_RECORD }, (record, line) =>
          reader.read(record, line),
        );
        await csv.write(body);
      }
      yield* reader.take();
    }
    await csv?.end();
  } catch (cause) {
    throw cause instanceof CsvError ? badManifest(source.path, messageOf(cause)) : cause;
  }
  yield* reader.take();
  reader.finish();
}

async function* textOf({ path, needed }: ManifestSource): AsyncGenerator<string, void> {
  try {
    yield* tableText(path);
  } catch (cause) {
    if (cause instanceof NoTable) throw badManifest(path, `it ${cause.message}`);
    throw new UserError('unreadable', {
      problem: `The manifest ${path} cannot be read: ${messageOf(cause)}.`,
      fix: `Give a CSV file with ${needed.length > 1 ? 'the columns' : 'a column'} ${needed.join(' and ')} that you may read.`,
      cause,
    });
  }
}

function columnsOf(header: readonly string[], { path, needed }: ManifestSource): Columns {
  try {
    return tableColumns(header, { known: COLUMNS, needed });
  } catch (cause) {
    throw badManifest(path, messageOf(cause));
  }
}

/** Reads records as they come, and keeps what is to be said of those that do not fit. */
class RowReader {
  readonly #source: ManifestSource;
  #columns: Columns | undefined;
  #nameOf: NameOfRecord = () => null;
  #rows: ManifestRow[] = [];
  readonly #problems: string[] = [];
  #badLines = 0;

  constructor(source: ManifestSource) {
    this.#source = source;
  }

  /** @throws UserError `bad_dataset` for a header that does not fit. */
  read(record: readonly string[], line: number): void {
    // Spreadsheets keep rows that were cleared.
    if (record.every((cell) => cell === '')) return;
    if (!this.#columns) {
      this.#columns = columnsOf(record, this.#source);
      this.#nameOf = namerOf(this.#columns);
      return;
    }
    const columns = this.#columns;
    const { needed, isWanted } = this.#source;
    if (isWanted && record.length <= columns.length) {
      const name = this.#nameOf(record);
      if (name !== null && !isWanted(name)) return;
    }
    const parsed = parseRow(record, { columns, needed });
    if (typeof parsed === 'object') this.#rows.push({ line, cells: parsed });
    else this.#note(`line ${line}:\n${parsed}`);
  }

  /** Those that were read since it was last called. */
  take(): ManifestRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  finish(): void {
    const { path } = this.#source;
    if (!this.#columns) throw badManifest(path, 'it is empty');
    if (this.#badLines === 0) return;
    const others = this.#badLines - this.#problems.length;
    throw badManifest(
      path,
      [...this.#problems, ...(others > 0 ? [`and ${others} more lines`] : [])].join('\n'),
    );
  }

  #note(problem: string): void {
    this.#badLines += 1;
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(problem);
  }
}

/** In characters: a quote that is not closed must not take the whole file for a cell. */
const LONGEST_RECORD = 2 ** 20;

/** Lines that one error quotes. */
const MOST_PROBLEMS = 10;

/** The error for a manifest that does not fit. */
export function badManifest(path: string, problem: string): UserError {
  return badDataset(
    `The manifest ${path} does not fit:\n${problem}`,
    'Its columns are path and label and, if wanted, id, group, split (train, val or test; for all clips or none), start and end (seconds or hh:mm:ss).',
  );
}

/** Null for those without a name, as spreadsheets add. */
type Columns = ReadonlyArray<Column | null>;

/**
 * What a clip is called: the id that its row gives, or its path with the part that is meant. Of an address, what follows
 * its question mark is left out: signatures stand there, which are others each time and nobody else's business.
 */
export function clipName({
  id,
  path,
  start,
  end,
}: Pick<ManifestCells, 'id' | 'path' | 'start' | 'end'>): string {
  if (id !== undefined) return id;
  const place = isWebAddress(path) ? publicAddress(path) : path;
  return start === undefined && end === undefined ? place : `${place}#${start ?? 0}-${end ?? ''}`;
}

/** A path as it is meant everywhere: what was written on Windows has backslashes between folders. */
export const portablePath = (written: string): string =>
  written.startsWith('.') || written.includes('\\')
    ? written.replaceAll('\\', '/').replace(/^(?:\.\/+)+/, '')
    : written;

/** As clipName, of a row that was not looked at yet; null where that takes a closer look. */
type NameOfRecord = (record: readonly string[]) => string | null;

function namerOf(columns: Columns): NameOfRecord {
  const [idAt, pathAt, startAt, endAt] = (['id', 'path', 'start', 'end'] as const).map((column) =>
    columns.indexOf(column),
  ) as [number, number, number, number];
  const timeAt = (record: readonly string[], at: number) => (record[at] ? parseTime(record[at]) : undefined);
  return (record) => {
    const path = record[pathAt];
    if (!path) return null;
    const [start, end] = [timeAt(record, startAt), timeAt(record, endAt)];
    if (typeof start === 'string' || typeof end === 'string') return null;
    return clipName({ id: record[idAt] || undefined, path: portablePath(path), start, end });
  };
}

/** The cells of a row; or what is wrong, in lines. */
function parseRow(
  record: readonly string[],
  { columns, needed }: { columns: Columns; needed: readonly Column[] },
): ManifestCells | string {
  const cells = cellsOf(record, columns);
  if (typeof cells === 'string') return cells;
  const parsed = rowSchema.safeParse(cells);
  if (!parsed.success) return listIssues(parsed.error);
  const empty = needed.filter((name) => (cells[name] ?? '') === '');
  return empty.length > 0 ? `  ${empty.join()}: must not be empty` : parsed.data;
}
