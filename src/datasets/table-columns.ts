import { nearest } from '../platform/nearest.js';
import { columnName } from './table-text.js';

interface Columns<Name extends string> {
  readonly known: readonly Name[];
  /** Those that must be there. */
  readonly needed: readonly Name[];
  /** Whether columns of other names may be there, which nobody reads. */
  readonly mayHaveOthers?: boolean | undefined;
}

/**
 * What a header's columns are, in their order; null for those that nobody reads, such as ones without a name, which
 * spreadsheets add.
 * @throws Error with what does not fit, for the end of a sentence.
 */
export function tableColumns<Name extends string>(
  header: readonly string[],
  { known, needed, mayHaveOthers = false }: Columns<Name>,
): Array<Name | null> {
  const names = header.map(columnName);
  const columns = names.map((name) => known.find((column) => column === name) ?? null);
  const absent = needed.filter((name) => !columns.includes(name));
  if (absent.length > 0) {
    throw new Error(`line 1: the header ${header.join(',')} lacks ${absent.join(' and ')}`);
  }
  const wrong = names.filter((name, index) => {
    const isRepeated = columns[index] !== null && names.indexOf(name) !== index;
    return isRepeated || (!mayHaveOthers && name !== '' && columns[index] === null);
  });
  if (wrong.length === 0) return columns;
  const words = wrong.map((name) => {
    const near = known.some((column) => column === name) ? undefined : nearest(name, known);
    return near ? `${name} (did you mean ${near}?)` : name;
  });
  throw new Error(`line 1: unknown or repeated: ${words.join(', ')}`);
}

/** The cells of a line by their columns; or, in words, that it has some which the header has no name for. */
export function cellsOf<Name extends string>(
  record: readonly string[],
  columns: ReadonlyArray<Name | null>,
  { mayHaveOthers = false }: { mayHaveOthers?: boolean | undefined } = {},
): Partial<Record<Name, string>> | string {
  const isStray = (index: number) =>
    mayHaveOthers ? index >= columns.length : (columns[index] ?? null) === null;
  if (record.some((cell, index) => cell !== '' && isStray(index))) {
    const count = record.findLastIndex((cell) => cell !== '') + 1;
    const named = mayHaveOthers ? columns.length : columns.filter((name) => name !== null).length;
    return `  it has ${count} cells, but the header names ${named}: put quotes around a cell that has the separator in it, and write decimals with a point`;
  }
  const named = columns.flatMap((name, index) =>
    name === null ? [] : [[name, record[index] ?? ''] as const],
  );
  // Object.fromEntries forgets the names of what it is given.
  return Object.fromEntries(named) as Partial<Record<Name, string>>;
}
