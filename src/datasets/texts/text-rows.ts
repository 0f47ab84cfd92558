import { extname } from 'node:path';
import { CsvError } from 'csv-parse';
import { messageOf, UserError } from '../../errors.js';
import { type CsvFeed, feedCsv } from '../feed-csv.js';
import { cellsOf, tableColumns } from '../table-columns.js';
import { delimited, isWorkbook } from '../table-text.js';
import { decodedParts } from './decoded-parts.js';
import { textBytes, workbook } from './read-text.js';

const COLUMNS = ['text', 'label', 'group', 'split'] as const;

type TextColumn = (typeof COLUMNS)[number];

/** A row of a table of texts. */
export interface TextRow {
  readonly line: number;
  readonly cells: Partial<Record<TextColumn, string>>;
}

interface Source {
  /** As encodingSchema has it. */
  readonly encoding: string;
  readonly needed: readonly TextColumn[];
  /** Whether columns of other names may be there. */
  readonly mayHaveOthers: boolean;
  /** What a table is to be like, for errors. */
  readonly fix: string;
}

/**
 * The rows of a table of texts, as they are read: with tabs where its name ends in .tsv, else with whatever separates the
 * cells of its header. Names of columns may have capitals; rows may be blank and may have empty cells at their ends.
 *
 * @throws UserError `bad_dataset` for bytes that are not of the encoding, and with the lines that do not fit, when all are
 *   read; what the file system says.
 */
export async function* textRows(path: string, source: Source): AsyncGenerator<TextRow, void> {
  const reader = new RowReader(path, source);
  let csv: CsvFeed | undefined;
  try {
    for await (const text of partsOf(path, source.encoding)) {
      if (csv) await csv.write(text);
      else {
        const { body, delimiter } = delimited(text, COLUMNS);
        // Tables with tabs have quotes in their texts as any other character.
        const format =
          extname(path).toLowerCase() === '.tsv' ? { delimiter: '\t', quote: null } : { delimiter };
        csv = feedCsv({ ...format, longestRecord: LONGEST_RECORD }, (record, line) =>
          reader.read(record, line),
        );
        await csv.write(body);
      }
      yield* reader.take();
    }
    await csv?.end();
  } catch (cause) {
    throw cause instanceof CsvError
      ? badTable(path, { problems: [messageOf(cause)], fix: source.fix })
      : cause;
  }
  yield* reader.take();
  reader.finish();
}

/** In characters: a text may be a book. */
const LONGEST_RECORD = 2 ** 24;

async function* partsOf(path: string, encoding: string): AsyncGenerator<string, void> {
  yield* decodedParts(withoutWorkbook(path, textBytes(path)), { path, encoding, code: 'bad_dataset' });
}

async function* withoutWorkbook(
  path: string,
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  let isFirst = true;
  for await (const bytes of parts) {
    if (isFirst && isWorkbook(bytes)) throw workbook(path);
    isFirst = false;
    yield bytes;
  }
}

/** Reads records as they come, and keeps what is to be said of those that do not fit. */
class RowReader {
  readonly #path: string;
  readonly #source: Source;
  #columns: ReadonlyArray<TextColumn | null> | undefined;
  #rows: TextRow[] = [];
  readonly #problems: string[] = [];

  constructor(path: string, source: Source) {
    this.#path = path;
    this.#source = source;
  }

  /** @throws UserError `bad_dataset` for a header that does not fit. */
  read(record: readonly string[], line: number): void {
    // Spreadsheets keep rows that were cleared.
    if (record.every((cell) => cell === '')) return;
    if (!this.#columns) {
      this.#columns = this.#readHeader(record);
      return;
    }
    const cells = cellsOf(record, this.#columns, this.#source);
    if (typeof cells === 'string') this.#problems.push(`line ${line}:\n${cells}`);
    else this.#rows.push({ line, cells });
  }

  /** Those that were read since it was last called. */
  take(): TextRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  finish(): void {
    if (!this.#columns) throw this.#bad(['it is empty']);
    if (this.#problems.length > 0) throw this.#bad(this.#problems);
  }

  #readHeader(record: readonly string[]): ReadonlyArray<TextColumn | null> {
    try {
      return tableColumns(record, { known: COLUMNS, ...this.#source });
    } catch (cause) {
      throw this.#bad([messageOf(cause)]);
    }
  }

  #bad(problems: readonly string[]): UserError {
    return badTable(this.#path, { problems, fix: this.#source.fix });
  }
}

/** Lines that one error quotes. */
const MOST_PROBLEMS = 10;

/** The error for a table that does not fit. */
export function badTable(
  path: string,
  { problems, fix }: { problems: readonly string[]; fix: string },
): UserError {
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more lines`] : [];
  const lines = [...problems.slice(0, MOST_PROBLEMS), ...more].join('\n');
  return new UserError('bad_dataset', { problem: `The table ${path} does not fit:\n${lines}`, fix });
}
