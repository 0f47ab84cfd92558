import type { BasicType } from 'hyparquet-writer';
import { isFailed, type ResultRow, resultRowSchema } from './row.js';

export interface Column {
  readonly name: string;
  readonly type: BasicType;
  readonly cell: (row: ResultRow) => Cell;
}

export type Cell = string | number | null | undefined;

const classified = (row: ResultRow) => (isFailed(row) ? undefined : row);
const failed = (row: ResultRow) => (isFailed(row) ? row : undefined);

/** A table has one cell for each: what a row has not is empty. */
export const COLUMNS: readonly Column[] = [
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

/**
 * The row that a table's cells are of.
 * @throws ZodError, SyntaxError where they are not of such a row.
 */
export function rowOfCells(cells: Readonly<Record<string, unknown>>): ResultRow {
  const known = Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== null));
  const { errorCode, errorMessage, errorFix, unknownReason, unknownScore, ...others } = known;
  const { decodeMilliseconds, encodeMilliseconds, recurrentMilliseconds, top, label, ...rest } = others;
  if (errorCode !== undefined) {
    const error = { code: errorCode, message: errorMessage, fix: errorFix };
    return resultRowSchema.parse({ ...rest, error });
  }
  return resultRowSchema.parse({
    ...rest,
    label: label ?? null,
    unknown: unknownReason === undefined ? undefined : { reason: unknownReason, score: unknownScore },
    top: JSON.parse(String(top)),
    milliseconds: {
      decode: decodeMilliseconds,
      encode: encodeMilliseconds,
      recurrent: recurrentMilliseconds,
    },
  });
}
