import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { cannotWrite } from '../../platform/cannot-write.js';
import { fileLines } from '../../platform/file-lines.js';
import { NoRegularFile } from '../../platform/regular-file.js';
import { JournalIndex } from './journal-index.js';
import { isFinal, type Row, rowSchema } from './row.js';

/**
 * Rows on disk, a line of JSON each, to which a row is added as soon as it is known. It owns a file until
 * `close`. The latest row of a clip counts. No rows are in memory, only where they stand.
 */
export interface Journal {
  /** Clips that have a row. */
  readonly clips: number;
  /** Lines that were found damaged, as after a power cut; they count as not there. */
  readonly damagedLines: number;
  /** Whether a clip has a row that would be the same again for the same bytes. */
  isFinished(id: string): boolean;
  /** That row, where there is one. */
  finished(id: string): Promise<Row | null>;
  /**
   * Adds a whole line, or nothing.
   * @throws UserError `cannot_write`, as when the disk is full; the rows before are then intact.
   */
  append(row: Row): Promise<void>;
  /** Waits until all rows so far are on the disk. @throws UserError `cannot_write`. */
  sync(): Promise<void>;
  /** Reads back the rows of these clips, in their order, then those of any others. */
  rows(ids: AsyncIterable<string>): AsyncGenerator<Row, void>;
  /** Whether the file holds just what `rows` gives, in that order, and nothing else. */
  isArranged(ids: AsyncIterable<string>): Promise<boolean>;
  /** Waits until all is on the disk. Closing twice is harmless. */
  close(): Promise<void>;
}

/** Rows are mostly read in the order in which they stand: this much is read at once. */
const WINDOW_BYTES = 2 ** 16;
/** What a power cut may cost: the rows of this time, which are then made again. */
const SYNC_MILLISECONDS = 1000;

/**
 * Opens a journal, or begins one. A last line that was torn is cut off.
 *
 * @param path of such a journal, or of nothing: it is not asked whose file it is.
 * @throws UserError `cannot_write`.
 */
export async function openJournal(path: string): Promise<Journal> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND;
  const file = await open(path, flags).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  try {
    if (!(await file.stat()).isFile()) throw cannotWrite(path, new NoRegularFile());
    const journal = new FileJournal(path, file);
    await journal.load();
    return journal;
  } catch (error) {
    await file.close();
    throw error;
  }
}

class FileJournal implements Journal {
  damagedLines = 0;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #index = new JournalIndex();
  #window = { offset: 0, bytes: Buffer.alloc(0) };
  #syncedAt = performance.now();
  #queue: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  get clips(): number {
    return this.#index.clips;
  }

  async load(): Promise<void> {
    for await (const line of fileLines(this.#file)) {
      const row = parseRow(line);
      if (!row) this.damagedLines += 1;
      this.#index.add(line.length, row && { id: row.id, isFinal: isFinal(row) });
    }
    await this.#file.truncate(this.#index.end);
  }

  isFinished(id: string): boolean {
    const line = this.#index.find(id);
    return line !== undefined && this.#index.isFinal(line);
  }

  async finished(id: string): Promise<Row | null> {
    const line = this.#index.find(id);
    return line !== undefined && this.#index.isFinal(line) ? this.#read(line) : null;
  }

  append(row: Row): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(row)}\n`);
    const added = this.#queue.then(() => this.#add(row, line));
    this.#queue = added.catch(() => {});
    return added;
  }

  async sync(): Promise<void> {
    await this.#queue;
    await this.#datasync();
  }

  async *rows(ids: AsyncIterable<string>): AsyncGenerator<Row, void> {
    for await (const line of this.#index.inOrder(ids)) yield await this.#read(line);
  }

  async isArranged(ids: AsyncIterable<string>): Promise<boolean> {
    let expected = 0;
    for await (const line of this.#index.inOrder(ids)) if (line !== expected++) return false;
    return expected === this.#index.lines;
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.then(() => this.#file.datasync()).finally(() => this.#file.close());
    return this.#closing;
  }

  async #read(line: number): Promise<Row> {
    const { offset, bytes } = this.#index.place(line);
    if (!this.#isInWindow(offset, bytes)) {
      const length = Math.max(bytes, WINDOW_BYTES);
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(length), 0, length, offset);
      this.#window = { offset, bytes: buffer.subarray(0, bytesRead) };
    }
    const start = offset - this.#window.offset;
    return rowSchema.parse(JSON.parse(this.#window.bytes.toString('utf8', start, start + bytes)));
  }

  #isInWindow(offset: number, bytes: number): boolean {
    const { offset: first, bytes: window } = this.#window;
    return offset >= first && offset + bytes <= first + window.length;
  }

  async #add(row: Row, line: Buffer): Promise<void> {
    try {
      await this.#file.appendFile(line);
    } catch (cause) {
      // Part of the line may be there.
      await this.#file.truncate(this.#index.end).catch(() => {});
      throw cannotWrite(this.#path, cause);
    }
    this.#index.add(line.length, { id: row.id, isFinal: isFinal(row) });
    if (performance.now() - this.#syncedAt >= SYNC_MILLISECONDS) await this.#datasync();
  }

  async #datasync(): Promise<void> {
    await this.#file.datasync().catch((cause: unknown) => {
      throw cannotWrite(this.#path, cause);
    });
    this.#syncedAt = performance.now();
  }
}

function parseRow(line: Buffer): Row | null {
  try {
    return rowSchema.parse(JSON.parse(line.toString('utf8')));
  } catch {
    return null;
  }
}
