import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { textRows } from '../../datasets/texts/text-rows.js';
import { messageOf, UserError } from '../../errors.js';
import { linesOf } from '../read-lines.js';
import type { BatchClip } from './batch-clip.js';
import { isInShard, type Shard } from './shard.js';

const FIX =
  'Give a file with a text a line (.txt), or a table with the column text (.csv, or with tabs .tsv); a column label gives the true class.';

/**
 * Lists the texts of a file: a line each, or of a table a row each. A text is called by its file and line; one that is
 * empty, which cannot be read, keeps its place.
 *
 * @param options.encoding as encodingSchema has it.
 * @throws UserError `not_found`, `usage` for a file of another kind, `bad_dataset` for one that does not fit.
 */
export async function* listTexts(
  source: string,
  { encoding, shard }: { encoding: string; shard: Shard | undefined },
): AsyncGenerator<BatchClip, void> {
  const status = await stat(source).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `${source} cannot be opened: ${messageOf(cause)}.`,
      fix: FIX,
      cause,
    });
  });
  const list = status.isFile() ? LISTS.get(extname(source).toLowerCase()) : undefined;
  if (!list) {
    throw new UserError('usage', { problem: `${source} is neither a file of lines nor a table.`, fix: FIX });
  }
  let count = 0;
  for await (const text of list(resolve(source), encoding)) {
    count += 1;
    if (!shard || isInShard(text.id, shard)) yield text;
  }
  if (count > 0) return;
  throw new UserError('bad_dataset', { problem: `${source} holds no texts.`, fix: FIX });
}

type List = (path: string, encoding: string) => AsyncIterable<BatchClip>;

/** By the ending of the file's name. */
const LISTS: ReadonlyMap<string, List> = new Map([
  ['.txt', listLines],
  ['.csv', listRows],
  ['.tsv', listRows],
]);

async function* listLines(path: string, encoding: string): AsyncGenerator<BatchClip, void> {
  let number = 0;
  for await (const line of linesOf(path, encoding)) {
    if ('error' in line && line.input === path) throw line.error;
    yield clipOf(path, { line: ++number, text: 'text' in line ? line.text : '' });
  }
}

async function* listRows(path: string, encoding: string): AsyncGenerator<BatchClip, void> {
  const rows = textRows(path, { encoding, needed: ['text'], mayHaveOthers: true, fix: FIX });
  for await (const { line, cells } of rows) {
    const { text = '', label } = cells;
    yield clipOf(path, { line, text: text.trim(), truth: label || undefined });
  }
}

function clipOf(
  path: string,
  { line, text, truth }: { line: number; text: string; truth?: string | undefined },
): BatchClip {
  const id = `${basename(path)}:${line}`;
  return { id, path, text, truth };
}
