import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { cannotWrite } from '../../platform/cannot-write.js';
import { type Row, rowSchema } from './row.js';

/**
 * Rows on disk, a line of JSON each, to which a row is added as soon as it is known. It owns a file until
 * `close`.
 */
export interface Journal {
  /** Ids of the clips that have a row, and what was read of their bytes. */
  readonly entries: ReadonlyMap<string, JournalEntry>;
  /** Lines that were found damaged, as after a power cut; they count as not there. */
  readonly damagedLines: number;
  /**
   * Adds a whole line, or nothing.
   * @throws UserError `cannot_write`, as when the disk is full; the rows before are then intact.
   */
  append(row: Row): Promise<void>;
  /** Reads back the latest row of each of these clips. */
  rows(ids: Iterable<string>): AsyncGenerator<Row, void>;
  /** Whether the file holds the latest rows of just these clips, in this order, and nothing else. */
  isArranged(ids: readonly string[]): boolean;
  /** Waits until all is on the disk. Closing twice is harmless. */
  close(): Promise<void>;
}

export interface JournalEntry {
  /** Where the line begins, and its length with the line break. */
  readonly offset: number;
  readonly bytes: number;
}

const NEWLINE = 0x0a;
const CHUNK_BYTES = 2 ** 20;
/** What a power cut may cost: the rows of this time, which are then made again. */
const SYNC_MILLISECONDS = 1000;

/**
 * Opens a journal, or begins one. A last line that was torn is cut off.
 *
 * @param onRow is shown every sound row that stands in it, in the order in which they were added.
 * @param path of such a journal, or of nothing: it is not asked whose file it is.
 * @throws UserError `cannot_write`.
 */
export async function openJournal(path: string, onRow: (row: Row) => void): Promise<Journal> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND;
  const file = await open(path, flags).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  try {
    const journal = new FileJournal(path, file);
    await journal.load(onRow);
    return journal;
  } catch (error) {
    await file.close();
    throw error;
  }
}

class FileJournal implements Journal {
  readonly entries = new Map<string, JournalEntry>();
  damagedLines = 0;
  readonly #path: string;
  readonly #file: FileHandle;
  #length = 0;
  #syncedAt = performance.now();
  #queue: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  async load(onRow: (row: Row) => void): Promise<void> {
    for await (const line of linesOf(this.#file)) {
      const row = parseRow(line);
      if (row) {
        this.entries.set(row.id, { offset: this.#length, bytes: line.length });
        onRow(row);
      } else this.damagedLines += 1;
      this.#length += line.length;
    }
    await this.#file.truncate(this.#length);
  }

  append(row: Row): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(row)}\n`);
    const added = this.#queue.then(() => this.#add(row.id, line));
    this.#queue = added.catch(() => {});
    return added;
  }

  async *rows(ids: Iterable<string>): AsyncGenerator<Row, void> {
    for (const id of ids) {
      const { offset, bytes } = this.entries.get(id)!;
      const { buffer } = await this.#file.read(Buffer.alloc(bytes), 0, bytes, offset);
      yield rowSchema.parse(JSON.parse(buffer.toString('utf8')));
    }
  }

  isArranged(ids: readonly string[]): boolean {
    let expected = 0;
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry?.offset !== expected) return false;
      expected += entry.bytes;
    }
    return expected === this.#length;
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.then(() => this.#file.datasync()).finally(() => this.#file.close());
    return this.#closing;
  }

  async #add(id: string, line: Buffer): Promise<void> {
    try {
      await this.#file.appendFile(line);
    } catch (cause) {
      // Part of the line may be there.
      await this.#file.truncate(this.#length).catch(() => {});
      throw cannotWrite(this.#path, cause);
    }
    this.entries.set(id, { offset: this.#length, bytes: line.length });
    this.#length += line.length;
    if (performance.now() - this.#syncedAt < SYNC_MILLISECONDS) return;
    await this.#file.datasync().catch((cause: unknown) => {
      throw cannotWrite(this.#path, cause);
    });
    this.#syncedAt = performance.now();
  }
}

/** The whole lines of a file, each with its line break. */
async function* linesOf(file: FileHandle): AsyncGenerator<Buffer, void> {
  let unfinished = Buffer.alloc(0);
  for (let position = 0; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    let rest = Buffer.concat([unfinished, buffer.subarray(0, bytesRead)]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
    unfinished = rest;
  }
}

function parseRow(line: Buffer): Row | null {
  try {
    return rowSchema.parse(JSON.parse(line.toString('utf8')));
  } catch {
    return null;
  }
}
