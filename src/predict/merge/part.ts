import { extname } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { fileLines } from '../../platform/file-lines.js';
import { openRegularFile } from '../../platform/regular-file.js';
import { type BatchSettings, parseSettings, readSettings, settingsPath } from '../batch/batch-settings.js';
import { type ResultRow, resultRows, storedRowSchema } from '../batch/row.js';
import { rowOfCells } from '../batch/row-columns.js';
import { SETTINGS_KEY } from '../batch/write-results.js';

/** Results of a batch, or of a part of one. */
export interface Part {
  readonly path: string;
  readonly settings: BatchSettings;
  /** Its rows as they stand; a last line that was torn is left out. @param onDamaged is told of each line that is none. */
  rows(onDamaged: () => void): AsyncGenerator<ResultRow, void>;
}

/** Reads what a part says of itself. @throws UserError `unreadable`, `usage` for a file that is no such part. */
export async function openPart(path: string): Promise<Part> {
  const ending = extname(path).toLowerCase();
  const file = await openRegularFile(path).catch((cause: unknown) => Promise.reject(unreadable(path, cause)));
  await file.close();
  if (ending === '.parquet') return openParquet(path);
  if (ending === '.jsonl') return openLines(path);
  throw new UserError('usage', {
    problem: `${path} is no part that can be merged: its name ends neither in .jsonl nor in .parquet.`,
    fix: 'Give the results of `clipstep batch` or `clipstep work` in one of these formats, or the folder that they lie in.',
  });
}

async function openLines(path: string): Promise<Part> {
  const settings = await readSettings(settingsPath(path));
  if (settings) return { path, settings, rows: (onDamaged) => rowsOfLines(path, onDamaged) };
  throw new UserError('usage', {
    problem: `${path} does not say how it was made: ${settingsPath(path)} is missing or damaged.`,
    fix: 'Keep the .run.json of each part beside it; a part in Parquet has it in itself.',
  });
}

async function* rowsOfLines(path: string, onDamaged: () => void): AsyncGenerator<ResultRow, void> {
  const file = await openRegularFile(path);
  try {
    for await (const line of fileLines(file)) {
      const row = parse(() => storedRowSchema.parse(JSON.parse(line.toString('utf8'))));
      if (row) yield* resultRows(row);
      else onDamaged();
    }
  } finally {
    await file.close();
  }
}

/** Null for what is no row. */
function parse<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Rows that are read at once. */
const READ_ROWS = 2000;

async function openParquet(path: string): Promise<Part> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const file = await asyncBufferFromFile(path).catch((cause: unknown) =>
    Promise.reject(unreadable(path, cause)),
  );
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) =>
    Promise.reject(unreadable(path, cause)),
  );
  const kept = metadata.key_value_metadata?.find(({ key }) => key === SETTINGS_KEY)?.value;
  const settings = parseSettings(kept ?? '');
  if (!settings) {
    throw new UserError('usage', {
      problem: `${path} is a table in Parquet, but not of results of Clipstep: it does not say how it was made.`,
      fix: 'Give what `clipstep batch --out FILE.parquet` has written.',
    });
  }
  const total = Number(metadata.num_rows);
  return {
    path,
    settings,
    rows: async function* (onDamaged) {
      for (let rowStart = 0; rowStart < total; rowStart += READ_ROWS) {
        const rowEnd = Math.min(rowStart + READ_ROWS, total);
        const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd });
        for (const cells of rows) {
          const row = parse(() => rowOfCells(cells));
          if (row) yield row;
          else onDamaged();
        }
      }
    },
  };
}

function unreadable(path: string, cause: unknown): UserError {
  return new UserError('unreadable', {
    problem: `The part ${path} cannot be read: ${messageOf(cause)}.`,
    fix: 'See whether it is whole, and may be read.',
    cause,
  });
}
