import { open } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { cannotWrite } from '../../platform/cannot-write.js';
import { replaceFile } from '../../platform/replace-file.js';
import type { BatchSettings } from './batch-settings.js';
import { isWindowed, type ResultRow, type Row, resultRows } from './row.js';
import { type Cell, COLUMNS } from './row-columns.js';

type Write = (path: string, rows: AsyncIterable<ResultRow>, settings: BatchSettings) => Promise<void>;

/** The formats of results, by what the names of their files end in. */
const WRITERS = {
  jsonl: (path, rows) => writeLines(path, jsonLines(rows)),
  csv: (path, rows) => writeLines(path, csvLines(rows)),
  parquet: writeParquet,
} satisfies Record<string, Write>;

export type BatchFormat = keyof typeof WRITERS;

// There is at least one.
export const BATCH_FORMATS = Object.keys(WRITERS) as [BatchFormat, ...BatchFormat[]];

/**
 * Writes the results of clips, whole or not at all. Parquet says in itself how they were made.
 *
 * @param options.ready called when all rows were read, before the file takes its place.
 * @throws UserError `cannot_write`.
 */
export async function writeResults(
  path: string,
  options: {
    rows: AsyncIterable<Row>;
    format: BatchFormat;
    settings: BatchSettings;
    ready: () => Promise<void>;
  },
): Promise<void> {
  const { rows, ready, ...how } = options;
  const write = async (temporary: string) => {
    await writeRows(temporary, { rows: expand(rows), ...how });
    await ready();
  };
  await replaceFile(path, write, { isSynced: true, failure: cannotWrite });
}

/** Fills a file with lines of results. */
export async function writeRows(
  path: string,
  {
    rows,
    format,
    settings,
  }: { rows: AsyncIterable<ResultRow>; format: BatchFormat; settings: BatchSettings },
): Promise<void> {
  await WRITERS[format](path, rows, settings);
}

/**
 * Writes the segments of clips that were classified window by window: a line of JSON each.
 * @throws UserError `cannot_write`.
 */
export async function writeSegments(path: string, rows: AsyncIterable<Row>): Promise<void> {
  const write = (temporary: string) => writeLines(temporary, jsonLines(segmentsOf(rows)));
  await replaceFile(path, write, { isSynced: true, failure: cannotWrite });
}

async function* expand(rows: AsyncIterable<Row>): AsyncGenerator<ResultRow> {
  for await (const row of rows) yield* resultRows(row);
}

async function* segmentsOf(rows: AsyncIterable<Row>): AsyncGenerator<object> {
  for await (const row of rows) {
    if (!isWindowed(row)) continue;
    const { id, path, durationSeconds, segments } = row;
    yield { id, path, durationSeconds, segments };
  }
}

async function* jsonLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** A spreadsheet takes a cell that begins like a formula for one; a quote before it says that it is text. */
async function* csvLines(rows: AsyncIterable<ResultRow>): AsyncGenerator<string> {
  const line = (cells: Cell[]) => stringify([cells], { escape_formulas: true, quoted_match: /\r/ });
  yield line(COLUMNS.map(({ name }) => name));
  for await (const row of rows) yield line(COLUMNS.map(({ cell }) => cell(row)));
}

/** Rows of a group, which alone are in memory; few groups make a file that is read fast. */
const GROUP_ROWS = 10_000;

/** Under which a file in Parquet keeps the settings of its rows, as JSON. */
export const SETTINGS_KEY = 'clipstep.settings';

async function writeParquet(
  path: string,
  rows: AsyncIterable<ResultRow>,
  settings: BatchSettings,
): Promise<void> {
  const { fileWriter, parquetWriteRows } = await import('hyparquet-writer');
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: tableRows(rows),
    columns: COLUMNS.map(({ name, type }) => ({ name, type })),
    rowGroupSize: GROUP_ROWS,
    kvMetadata: [{ key: SETTINGS_KEY, value: JSON.stringify(settings) }],
  });
}

async function* tableRows(rows: AsyncIterable<ResultRow>) {
  for await (const row of rows)
    yield Object.fromEntries(COLUMNS.map(({ name, cell }) => [name, cell(row) ?? null]));
}

const CHUNK_CHARACTERS = 2 ** 20;

async function writeLines(path: string, lines: AsyncIterable<string>): Promise<void> {
  const file = await open(path, 'w');
  try {
    let chunk = '';
    for await (const line of lines) {
      chunk += line;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      await file.appendFile(chunk);
      chunk = '';
    }
    await file.appendFile(chunk);
  } finally {
    await file.close();
  }
}
