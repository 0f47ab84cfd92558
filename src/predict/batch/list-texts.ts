import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { textRows } from '../../datasets/texts/text-rows.js';
import { messageOf, UserError } from '../../errors.js';
import { linesOf } from '../read-lines.js';
import type { BatchClip, FoundClips } from './find-clips.js';

const FIX =
  'Give a file with a text a line (.txt), or a table with the column text (.csv, or with tabs .tsv); a column label gives the true class.';

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
    throw new UserError('usage', { problem: `${source} is neither a file of lines nor a table.`, fix: FIX });
  }
  const clips = await list(resolve(source), encoding);
  if (clips.length > 0) return { clips, skipped: [] };
  throw new UserError('bad_dataset', { problem: `${source} holds no texts.`, fix: FIX });
}

type List = (path: string, encoding: string) => Promise<BatchClip[]>;

/** By the ending of the file's name. */
const LISTS: ReadonlyMap<string, List> = new Map([
  ['.txt', listLines],
  ['.csv', listRows],
  ['.tsv', listRows],
]);

async function listLines(path: string, encoding: string): Promise<BatchClip[]> {
  const clips: BatchClip[] = [];
  for await (const line of linesOf(path, encoding)) {
    if ('error' in line && line.input === path) throw line.error;
    clips.push(clipOf(path, { line: clips.length + 1, text: 'text' in line ? line.text : '' }));
  }
  return clips;
}

async function listRows(path: string, encoding: string): Promise<BatchClip[]> {
  const rows = await textRows(path, { encoding, needed: ['text'], mayHaveOthers: true, fix: FIX });
  return rows.map(({ line, cells: { text = '', label } }) =>
    clipOf(path, { line, text: text.trim(), truth: label || undefined }),
  );
}

function clipOf(
  path: string,
  { line, text, truth }: { line: number; text: string; truth?: string | undefined },
): BatchClip {
  const id = `${basename(path)}:${line}`;
  return { id, path, text, truth };
}
