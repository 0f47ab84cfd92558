import { Parser } from 'csv-parse';

export interface CsvFeed {
  readonly write: (text: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Parses CSV as it comes. Its records go past the parser's own stream, in which each would be a turn of its own. */
export function feedCsv(format: CsvFormat, onRecord: OnRecord): CsvFeed {
  const parser = new RecordParser(format, onRecord);
  // Whoever writes is told.
  parser.on('error', () => {});
  const settled = (act: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => act((error) => (error ? reject(error) : resolve())));
  return {
    write: (text) => settled((done) => parser.write(text, done)),
    end: () => settled((done) => parser.end(done)),
  };
}

export interface CsvFormat {
  readonly delimiter: string;
  /** Around a cell that has the delimiter in it; null where quotes are as other characters. `"` when absent. */
  readonly quote?: string | null | undefined;
  /** In characters: a quote that is not closed must not take the whole file for a cell. */
  readonly longestRecord: number;
}

type OnRecord = (record: readonly string[], line: number) => void;

class RecordParser extends Parser {
  readonly #onRecord: OnRecord;

  constructor({ delimiter, quote = '"', longestRecord }: CsvFormat, onRecord: OnRecord) {
    super({
      delimiter,
      quote,
      bom: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: longestRecord,
    });
    this.#onRecord = onRecord;
  }

  override push(record: readonly string[] | null): boolean {
    if (record === null) return super.push(null);
    this.#onRecord(record, this.info.lines);
    return true;
  }
}
