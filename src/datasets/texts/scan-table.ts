import { extname } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { listIssues, messageOf, type UserError } from '../../errors.js';
import { badDataset, type Found, splitNamed } from '../found.js';
import { readText } from './read-text.js';
import { textId } from './text-id.js';

const filled = z.string().trim().min(1, 'must not be empty');

/** An empty cell is one that was not filled in. */
const optional = z.preprocess((cell) => (cell === '' ? undefined : cell), z.string().optional());

const split = optional.transform((word, context) => {
  const name = word === undefined ? undefined : splitNamed(word);
  if (name !== null) return name;
  context.addIssue({ code: 'custom', message: `must be train, validation or test, not ${word}` });
  return z.NEVER;
});

const rowSchema = z.strictObject({ text: filled, label: filled, group: optional, split: split.optional() });

type Row = z.infer<typeof rowSchema> & { readonly line: number };

/**
 * Lists the texts of a table: with tabs where its name ends in .tsv, else CSV.
 * @throws UserError `bad_dataset` with the lines that do not fit, and as readText.
 */
export async function scanTable(path: string, encoding: string): Promise<Found> {
  const rows = rowsOf(await readText(path, encoding), path);
  const hasSplit = rows[0]?.split !== undefined;
  const other = rows.find((row) => (row.split !== undefined) !== hasSplit);
  if (other) throw badTable(path, `line ${other.line}: a split is given for some lines and not for all`);
  return {
    examples: rows.map(({ line, text, label, group, split }) => ({
      id: textId(text, { path, line }),
      path,
      label,
      // Where the table gives parts, it is not for its groups to forbid that they share a text: that is told as a leak.
      group: group ?? (split === undefined ? text : `${split}: ${text}`),
      split,
      text,
    })),
    skipped: [],
    labels: new Set(rows.map(({ label }) => label)),
  };
}

/** Lines that one error quotes. */
const MOST_PROBLEMS = 10;

function rowsOf(content: string, path: string): Row[] {
  const rows: Row[] = [];
  const problems: string[] = [];
  for (const { record, info } of parseTable(content, path)) {
    const parsed = rowSchema.safeParse(record);
    if (parsed.success) rows.push({ ...parsed.data, line: info.lines });
    else problems.push(`line ${info.lines}:\n${listIssues(parsed.error)}`);
  }
  if (problems.length === 0) return rows;
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more lines`] : [];
  throw badTable(path, [...problems.slice(0, MOST_PROBLEMS), ...more].join('\n'));
}

interface TableRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function parseTable(content: string, path: string): TableRecord[] {
  const hasTabs = extname(path).toLowerCase() === '.tsv';
  try {
    const options = {
      columns: (header: string[]) => checkedHeader(header, path),
      info: true,
      skip_empty_lines: false,
      delimiter: hasTabs ? '\t' : ',',
      // Tables with tabs have quotes in their texts as any other character.
      quote: hasTabs ? null : '"',
    } as const;
    // The types of csv-parse leave out that `info` wraps each record.
    return parse(content, options) as unknown as TableRecord[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw badTable(path, messageOf(cause));
  }
}

function checkedHeader(header: readonly string[], path: string): string[] {
  const known = Object.keys(rowSchema.shape);
  const absent = ['text', 'label'].filter((name) => !header.includes(name));
  const unknown = header.filter((name, index) => !known.includes(name) || header.indexOf(name) !== index);
  if (absent.length > 0)
    throw badTable(path, `line 1: the header ${header.join(',')} lacks ${absent.join(' and ')}`);
  if (unknown.length > 0) throw badTable(path, `line 1: unknown or repeated: ${unknown.join(', ')}`);
  return [...header];
}

function badTable(path: string, problem: string): UserError {
  return badDataset(
    `The table ${path} does not fit:\n${problem}`,
    'Its columns are text and label and, if wanted, group and split (train, validation or test; for all texts or none).',
  );
}
