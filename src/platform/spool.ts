import { type FileHandle, open, rm } from 'node:fs/promises';
import { cannotWrite } from './cannot-write.js';
import { fileLines } from './file-lines.js';

/** Items in memory before they go to the disk: what a folder or a small list has never gets there. */
const MOST_HELD = 10_000;

/**
 * Items in the order in which they were added, to be read as often as needed. However many they are, few are in memory:
 * the others lie in a file. They must be what JSON can say.
 */
export class Spool<T> implements AsyncIterable<T> {
  readonly #path: string;
  #held: T[] = [];
  #size = 0;
  #file: FileHandle | undefined;

  /** @param path of the file, should one be needed; its folder is there. */
  constructor(path: string) {
    this.#path = path;
  }

  get size(): number {
    return this.#size;
  }

  /** @throws UserError `cannot_write`. */
  async add(item: T): Promise<void> {
    this.#held.push(item);
    this.#size += 1;
    if (this.#held.length >= MOST_HELD) await this.#write();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    if (this.#file) {
      // What JSON gives back is what was added.
      for await (const line of fileLines(this.#file)) yield JSON.parse(line.toString('utf8')) as T;
    }
    yield* this.#held;
  }

  /** Removes the file, too. */
  async release(): Promise<void> {
    this.#held = [];
    if (!this.#file) return;
    await this.#file.close();
    this.#file = undefined;
    await rm(this.#path, { force: true });
  }

  async #write(): Promise<void> {
    const lines = this.#held.map((item) => `${JSON.stringify(item)}\n`);
    this.#held = [];
    try {
      this.#file ??= await open(this.#path, 'w+');
      await this.#file.appendFile(lines.join(''));
    } catch (cause) {
      throw cannotWrite(this.#path, cause);
    }
  }
}
