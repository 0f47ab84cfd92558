import { extname } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { cellsOf, tableColumns, tableRecords } from '../table-records.js';
import { readText } from './read-text.js';

const COLUMNS = ['text', 'label', 'group', 'split'] as const;

type TextColumn = (typeof COLUMNS)[number];

/** A row of a table of texts. */
export interface TextRow {
  readonly line: number;
  readonly cells: Partial<Record<TextColumn, string>>;
}

interface Source {
  /** As encodingSchema has it. */
  readonly encoding: string;
  readonly needed: readonly TextColumn[];
  /** Whether columns of other names may be there. */
  readonly mayHaveOthers: boolean;
  /** What a table is to be like, for errors. */
  readonly fix: string;
}

/**
 * The rows of a table of texts: with tabs where its name ends in .tsv, else with whatever separates the cells of its
 * header. Names of columns may have capitals; rows may be blank and may have empty cells at their ends.
 * @throws UserError as readText; `bad_dataset` with the lines that do not fit.
 */
export async function textRows(path: string, source: Source): Promise<TextRow[]> {
  const { columns, records } = readTable(await readText(path, source.encoding), { path, ...source });
  const rows: TextRow[] = [];
  const problems: string[] = [];
  for (const { record, info } of records) {
    const cells = cellsOf(record, columns, source);
    if (typeof cells === 'string') problems.push(`line ${info.lines}:\n${cells}`);
    else rows.push({ line: info.lines, cells });
  }
  if (problems.length > 0) throw badTable(path, { problems, fix: source.fix });
  return rows;
}

/** Lines that one error quotes. */
const MOST_PROBLEMS = 10;

/** The error for a table that does not fit. */
export function badTable(
  path: string,
  { problems, fix }: { problems: readonly string[]; fix: string },
): UserError {
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more lines`] : [];
  const lines = [...problems.slice(0, MOST_PROBLEMS), ...more].join('\n');
  return new UserError('bad_dataset', { problem: `The table ${path} does not fit:\n${lines}`, fix });
}

function readTable(text: string, { path, needed, mayHaveOthers, fix }: Source & { path: string }) {
  // Tables with tabs have quotes in their texts as any other character.
  const format = extname(path).toLowerCase() === '.tsv' ? { delimiter: '\t', quote: null } : {};
  try {
    const [header, ...records] = tableRecords(text, { known: COLUMNS, ...format });
    if (!header) throw new Error('it is empty');
    return { columns: tableColumns(header.record, { known: COLUMNS, needed, mayHaveOthers }), records };
  } catch (cause) {
    throw badTable(path, { problems: [messageOf(cause)], fix });
  }
}
