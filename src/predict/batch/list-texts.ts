import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { readText } from '../../datasets/texts/read-text.js';
import { messageOf, UserError } from '../../errors.js';
import { linesOf } from '../read-lines.js';
import type { BatchClip, FoundClips } from './find-clips.js';

const FIX =
  'Give a file with a text a line (.txt), or a table with the column text (.csv, or with tabs .tsv); a column label is what is right.';

/**
 * Lists the texts of a file: a line each, or of a table a row each. A text is called by its file and line; one that is
 * empty, which cannot be read, keeps its place.
 *
 * @param options.encoding as encodingSchema has it.
 * @throws UserError `not_found`, `usage` for a file of another kind, `bad_dataset` for one that does not fit.
 */
export async function listTexts(source: string, { encoding }: { encoding: string }): Promise<FoundClips> {
  const status = await stat(source).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `${source} cannot be opened: ${messageOf(cause)}.`,
      fix: FIX,
      cause,
    });
  });
  const list = status.isFile() ? LISTS.get(extname(source).toLowerCase()) : undefined;
  if (!list) {
    throw new UserError('usage', { problem: `${source} is no file of lines and no table.`, fix: FIX });
  }
  const clips = await list(resolve(source), encoding);
  if (clips.length > 0) return { clips, skipped: [] };
  throw new UserError('bad_dataset', { problem: `${source} holds no texts.`, fix: FIX });
}

type List = (path: string, encoding: string) => Promise<BatchClip[]>;

/** By the ending of the file's name. */
const LISTS: ReadonlyMap<string, List> = new Map([
  ['.txt', listLines],
  ['.csv', (path, encoding) => listRows(path, { encoding, delimiter: ',', quote: '"' })],
  // Tables with tabs have quotes in their texts as any other character.
  ['.tsv', (path, encoding) => listRows(path, { encoding, delimiter: '\t', quote: null })],
]);

async function listLines(path: string, encoding: string): Promise<BatchClip[]> {
  const clips: BatchClip[] = [];
  for await (const line of linesOf(path, encoding)) {
    if ('error' in line && line.input === path) throw line.error;
    clips.push(clipOf(path, { line: clips.length + 1, text: 'text' in line ? line.text : '' }));
  }
  return clips;
}

async function listRows(
  path: string,
  { encoding, delimiter, quote }: { encoding: string; delimiter: string; quote: string | null },
): Promise<BatchClip[]> {
  const options = { columns: true, info: true, delimiter, quote, skip_empty_lines: false } as const;
  const content = await readText(path, encoding);
  const rows = parseRows(path, () => parse(content, options) as unknown as TableRow[]);
  if (rows[0] && rows[0].record.text === undefined) throw badTable(path, 'its header has no column text');
  return rows.map(({ record: { text = '', label }, info }) =>
    clipOf(path, { line: info.lines, text: text.trim(), truth: label || undefined }),
  );
}

/** The types of csv-parse leave out that `info` wraps each record. */
interface TableRow {
  readonly record: { readonly text?: string; readonly label?: string };
  readonly info: { readonly lines: number };
}

function parseRows(path: string, read: () => TableRow[]): TableRow[] {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CsvError) throw badTable(path, messageOf(cause));
    throw cause;
  }
}

function clipOf(
  path: string,
  { line, text, truth }: { line: number; text: string; truth?: string | undefined },
): BatchClip {
  const id = `${basename(path)}:${line}`;
  return { id, path, text, truth };
}

function badTable(path: string, problem: string): UserError {
  return new UserError('bad_dataset', { problem: `The table ${path} does not fit: ${problem}.`, fix: FIX });
}
