import { open } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { type BasicType, fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { cannotWrite } from '../../platform/cannot-write.js';
import { replaceFile } from '../../platform/replace-file.js';
import { isFailed, isWindowed, type ResultRow, type Row, resultRows } from './row.js';

type Write = (path: string, rows: AsyncIterable<ResultRow>) => Promise<void>;

/** The formats of results, by what the names of their files end in. */
const WRITERS = {
  jsonl: (path, rows) => writeLines(path, jsonLines(rows)),
  csv: (path, rows) => writeLines(path, csvLines(rows)),
  parquet: (path, rows) => writeParquet(path, rows),
} satisfies Record<string, Write>;

export type BatchFormat = keyof typeof WRITERS;

// There is at least one.
export const BATCH_FORMATS = Object.keys(WRITERS) as [BatchFormat, ...BatchFormat[]];

/**
 * Writes the results of clips, whole or not at all.
 *
 * @param options.ready called when all rows were read, before the file takes its place.
 * @throws UserError `cannot_write`.
 */
export async function writeResults(
  path: string,
  options: { rows: AsyncIterable<Row>; format: BatchFormat; ready: () => Promise<void> },
): Promise<void> {
  const { format, ready } = options;
  const rows = expand(options.rows);
  const write = async (temporary: string) => {
    await WRITERS[format](temporary, rows);
    await ready();
  };
  await replaceFile(path, write, { isSynced: true, failure: cannotWrite });
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

interface Column {
  readonly name: string;
  readonly type: BasicType;
  readonly cell: (row: ResultRow) => Cell;
}

type Cell = string | number | null | undefined;

const classified = (row: ResultRow) => (isFailed(row) ? undefined : row);
const failed = (row: ResultRow) => (isFailed(row) ? row : undefined);

/** A table has one cell for each: what a row has not is empty. */
const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'STRING', cell: (row) => row.id },
  { name: 'path', type: 'STRING', cell: (row) => row.path },
  { name: 'text', type: 'STRING', cell: (row) => row.text },
  { name: 'startSeconds', type: 'DOUBLE', cell: (row) => classified(row)?.startSeconds },
  { name: 'endSeconds', type: 'DOUBLE', cell: (row) => classified(row)?.endSeconds },
  { name: 'label', type: 'STRING', cell: (row) => classified(row)?.label },
  { name: 'unknownReason', type: 'STRING', cell: (row) => classified(row)?.unknown?.reason },
  { name: 'unknownScore', type: 'DOUBLE', cell: (row) => classified(row)?.unknown?.score },
  { name: 'probability', type: 'DOUBLE', cell: (row) => classified(row)?.probability },
  { name: 'distance', type: 'DOUBLE', cell: (row) => classified(row)?.distance },
  { name: 'top', type: 'STRING', cell: (row) => JSON.stringify(classified(row)?.top) },
  { name: 'truth', type: 'STRING', cell: (row) => row.truth },
  { name: 'truthProbability', type: 'DOUBLE', cell: (row) => classified(row)?.truthProbability },
  { name: 'frames', type: 'INT32', cell: (row) => classified(row)?.frames },
  { name: 'damaged', type: 'INT32', cell: (row) => classified(row)?.damaged },
  { name: 'tokens', type: 'INT32', cell: (row) => classified(row)?.tokens },
  { name: 'unknownTokens', type: 'INT32', cell: (row) => classified(row)?.unknownTokens },
  { name: 'plan', type: 'STRING', cell: (row) => classified(row)?.plan },
  { name: 'durationSeconds', type: 'DOUBLE', cell: (row) => classified(row)?.durationSeconds },
  { name: 'size', type: 'DOUBLE', cell: (row) => row.size },
  { name: 'sha256', type: 'STRING', cell: (row) => row.sha256 },
  { name: 'embedding', type: 'STRING', cell: (row) => classified(row)?.embedding },
  { name: 'decodeMilliseconds', type: 'DOUBLE', cell: (row) => classified(row)?.milliseconds.decode },
  { name: 'encodeMilliseconds', type: 'DOUBLE', cell: (row) => classified(row)?.milliseconds.encode },
  { name: 'recurrentMilliseconds', type: 'DOUBLE', cell: (row) => classified(row)?.milliseconds.recurrent },
  { name: 'errorCode', type: 'STRING', cell: (row) => failed(row)?.error.code },
  { name: 'errorMessage', type: 'STRING', cell: (row) => failed(row)?.error.message },
  { name: 'errorFix', type: 'STRING', cell: (row) => failed(row)?.error.fix },
];

async function* jsonLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** A spreadsheet takes a cell that begins like a formula for one; a quote before it says that it is text. */
async function* csvLines(rows: AsyncIterable<ResultRow>): AsyncGenerator<string> {
  const line = (cells: Cell[]) => stringify([cells], { escape_formulas: true, quoted_match: /\r/ });
  yield line(COLUMNS.map(({ name }) => name));
  for await (const row of rows) yield line(COLUMNS.map(({ cell }) => cell(row)));
}

/** In groups of 1,000 rows, so that only these are in memory. */
async function writeParquet(path: string, rows: AsyncIterable<ResultRow>): Promise<void> {
  const columns = COLUMNS.map(({ name, type }) => ({ name, type }));
  await parquetWriteRows({ writer: fileWriter(path), rows: tableRows(rows), columns, rowGroupSize: 1000 });
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
