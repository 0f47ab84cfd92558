import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../errors.js';
import { nearest } from '../platform/nearest.js';
import { BATCH_FORMATS, type BatchFormat } from '../predict/batch/write-results.js';

/** What stands for stdout as --out. */
export const STDOUT = '-';

/**
 * Runs work that writes a file, and sends what is in it to stdout when that is done; the file and its folder are
 * removed. Results are in natural order at the end, and a batch goes by its files until then.
 */
export async function throughStdout<T>(work: (out: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'clipstep-batch-'));
  try {
    const out = join(folder, 'results');
    const result = await work(out);
    await pipeline(createReadStream(out), process.stdout, { end: false });
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The format that --out's ending names. @throws UserError `usage` for an ending of another kind of file. */
export function formatOf(out: string): BatchFormat {
  const ending = extname(out).slice(1).toLowerCase();
  if (ending === '') return 'jsonl';
  const format = BATCH_FORMATS.find((known) => known === ending);
  if (format) return format;
  const endings = BATCH_FORMATS.map((known) => `.${known}`).join(', ');
  throw new UserError('usage', {
    problem: `--out ${out} ends in .${ending}; results are written as ${endings}.`,
    fix: `Give one of these endings${nearest(ending, BATCH_FORMATS) ? `, such as .${nearest(ending, BATCH_FORMATS)}` : ''}, or say which one it is with --format.`,
  });
}
