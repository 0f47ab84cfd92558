import * as z from 'zod';
import { listIssues } from '../../errors.js';
import { type Found, splitNamed } from '../found.js';
import { textId } from './text-id.js';
import { badTable, textRows } from './text-rows.js';

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
 * Lists the texts of a table, as textRows has it.
 * @throws UserError `bad_dataset` with the lines that do not fit, and as readText.
 */
export async function scanTable(path: string, encoding: string): Promise<Found> {
  const rows = await readRows(path, encoding);
  const hasSplit = rows[0]?.split !== undefined;
  const other = rows.find((row) => (row.split !== undefined) !== hasSplit);
  if (other) {
    const problem = `line ${other.line}: a split is given for some lines and not for all`;
    throw badTable(path, { problems: [problem], fix: COLUMNS_FIX });
  }
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

const COLUMNS_FIX =
  'Its columns are text and label and, if wanted, group and split (train, validation or test; for all texts or none).';

async function readRows(path: string, encoding: string): Promise<Row[]> {
  const source = { encoding, needed: ['text', 'label'], mayHaveOthers: false, fix: COLUMNS_FIX } as const;
  const rows: Row[] = [];
  const problems: string[] = [];
  for await (const { line, cells } of textRows(path, source)) {
    const parsed = rowSchema.safeParse(cells);
    if (parsed.success) rows.push({ ...parsed.data, line });
    else problems.push(`line ${line}:\n${listIssues(parsed.error)}`);
  }
  if (problems.length > 0) throw badTable(path, { problems, fix: COLUMNS_FIX });
  return rows;
}
