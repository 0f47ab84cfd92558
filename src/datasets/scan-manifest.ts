import { dirname, resolve } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { listIssues, messageOf, UserError } from '../errors.js';
import { exists } from '../platform/exists.js';
import { readTextFile } from '../platform/regular-file.js';
import type { Skipped } from './dataset.js';
import { badDataset, type Found, splitNamed } from './found.js';

/** An empty cell is one that was not filled in. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((cell) => (cell === '' ? undefined : cell), schema.optional());

const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be seconds, such as 12.5')
  .transform(Number);

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

interface Row {
  readonly line: number;
  readonly cells: z.infer<typeof rowSchema>;
}

/**
 * Lists the clips of a manifest. Paths are relative to its folder, or absolute; a clip that is not there is
 * skipped.
 * @throws UserError `bad_dataset` with the lines that do not fit.
 */
export async function scanManifest(path: string): Promise<Found> {
  const rows = parseRows(await readManifestText(path), { path, needed: ['path', 'label'] });
  refusePartialSplit(rows, path);
  const folder = dirname(path);
  const skipped: Skipped[] = [];
  const examples: Array<Found['examples'][number]> = [];
  for (const { line, cells } of rows) {
    const clip = resolve(folder, cells.path);
    if (await exists(clip)) examples.push(asExample(clip, cells));
    else skipped.push({ path: clip, problem: `Line ${line} of ${path} names it, but it is not there.` });
  }
  return { examples, skipped, labels: new Set(rows.map((row) => labelOf(row.cells))) };
}

/** A line of a manifest, whether its clip is there or not. */
export interface ManifestClip {
  /** The path as written, with the part of the clip that is meant. */
  readonly id: string;
  readonly path: string;
  readonly label?: string | undefined;
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
}

/**
 * The lines of a manifest in which the labels may be missing.
 * @throws UserError `bad_dataset` with the lines that do not fit; what the file system says.
 */
export async function readManifest(path: string): Promise<ManifestClip[]> {
  const rows = parseRows(await readManifestText(path), { path, needed: ['path'] });
  return rows.map(({ cells }) => ({
    id: idOf(cells),
    path: resolve(dirname(path), cells.path),
    label: cells.label,
    ...partOf(cells),
  }));
}

async function readManifestText(path: string): Promise<string> {
  return readTextFile(path, { maxBytes: MAX_MANIFEST_BYTES }).catch((cause: unknown) => {
    throw new UserError('unreadable', {
      problem: `The manifest ${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give a CSV file with a column path that you may read.',
      cause,
    });
  });
}

/** A million clips, which a string of JavaScript's still holds. */
const MAX_MANIFEST_BYTES = 256e6;

type Column = keyof typeof rowSchema.shape;

/** @param options.needed columns that must be there, and filled in. */
function parseRows(text: string, options: { path: string; needed: readonly Column[] }): Row[] {
  const { path, needed } = options;
  const rows: Row[] = [];
  const problems: string[] = [];
  for (const { record, info } of parseCsv(text, options)) {
    const parsed = rowSchema.safeParse(record);
    const empty = needed.filter((name) => record[name] === '');
    if (parsed.success && empty.length === 0) rows.push({ line: info.lines, cells: parsed.data });
    else if (parsed.success) problems.push(`line ${info.lines}:\n  ${empty.join()}: must not be empty`);
    else problems.push(`line ${info.lines}:\n${listIssues(parsed.error)}`);
  }
  if (problems.length > 0) {
    const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more lines`] : [];
    throw badManifest(path, [...problems.slice(0, MOST_PROBLEMS), ...more].join('\n'));
  }
  refuseDuplicates(rows, path);
  return rows;
}

/** Lines that one error quotes. */
const MOST_PROBLEMS = 10;

interface CsvRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function parseCsv(text: string, source: { path: string; needed: readonly Column[] }): CsvRecord[] {
  const { path } = source;
  const columns = (header: string[]) => checkHeader(header, source);
  try {
    const options = { columns, info: true, bom: true, trim: true, skip_empty_lines: true } as const;
    // The types of csv-parse leave out that `info` wraps each record.
    return parse(text, options) as unknown as CsvRecord[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw badManifest(path, messageOf(cause));
  }
}

function checkHeader(
  header: readonly string[],
  { path, needed }: { path: string; needed: readonly Column[] },
): string[] {
  const known = Object.keys(rowSchema.shape);
  const absent = needed.filter((name) => !header.includes(name));
  const unknown = header.filter((name, index) => !known.includes(name) || header.indexOf(name) !== index);
  if (absent.length > 0) {
    throw badManifest(path, `line 1: the header ${header.join(',')} lacks ${absent.join(' and ')}`);
  }
  if (unknown.length > 0) throw badManifest(path, `line 1: unknown or repeated: ${unknown.join(', ')}`);
  return [...header];
}

function refuseDuplicates(rows: readonly Row[], path: string): void {
  const lineOf = new Map<string, number>();
  for (const { line, cells } of rows) {
    const id = idOf(cells);
    const earlier = lineOf.get(id);
    if (earlier !== undefined) {
      throw badManifest(path, `lines ${earlier} and ${line} name the same clip, ${cells.path}`);
    }
    lineOf.set(id, line);
  }
}

function refusePartialSplit(rows: readonly Row[], path: string): void {
  const without = rows.find((row) => row.cells.split === undefined);
  const some = rows.find((row) => row.cells.split !== undefined);
  if (!without || !some) return;
  throw badManifest(path, `line ${some.line} gives a split, but line ${without.line} does not`);
}

function asExample(path: string, cells: Row['cells']): Found['examples'][number] {
  return {
    id: idOf(cells),
    path,
    label: labelOf(cells),
    group: cells.group ?? cells.path,
    split: cells.split,
    ...partOf(cells),
  };
}

/** Where the label is a needed column. */
function labelOf({ label }: Row['cells']): string {
  if (label === undefined) throw new Error('A line without a label was let through');
  return label;
}

function partOf({ start, end }: Row['cells']) {
  return {
    startSeconds: start,
    endSeconds: end,
  };
}

/** The path as written, with the part of the clip that is meant. */
function idOf({ path, start, end }: Row['cells']): string {
  return start === undefined && end === undefined ? path : `${path}#${start ?? 0}-${end ?? ''}`;
}

function badManifest(path: string, problem: string): UserError {
  return badDataset(
    `The manifest ${path} does not fit:\n${problem}`,
    'Its columns are path and label and, if wanted, group, split (train, val or test; for all clips or none), start and end (seconds).',
  );
}
