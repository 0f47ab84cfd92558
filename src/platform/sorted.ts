import { type FileHandle, open, rm } from 'node:fs/promises';
import { cannotWrite } from './cannot-write.js';
import { fileLines } from './file-lines.js';

export interface SortOptions<T> {
  readonly order: (one: T, other: T) => number;
  /** What names of files of its own begin with, should any be needed; their folder is there. */
  readonly scratch: string;
  /** Items that are in memory at once. */
  readonly held: number;
}

/** Runs that are merged at once, and so the files that are open. */
const MOST_RUNS = 32;
/** Of each run that is read at once. */
const READ_BYTES = 2 ** 16;
/** Written at once. */
const WRITE_CHARACTERS = 2 ** 18;

/**
 * Items in an order, equals as they came, however many there are: an external merge sort (Knuth, The Art of Computer
 * Programming 3, 5.4), of sorted runs on the disk. Few items never get there. They must be what JSON can say.
 *
 * @throws UserError `cannot_write`.
 */
export async function* sorted<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { order, scratch, held }: SortOptions<T>,
): AsyncGenerator<T, void> {
  const runs = new Runs(scratch, order);
  try {
    let batch: T[] = [];
    for await (const item of items) {
      batch.push(item);
      if (batch.length < held) continue;
      await runs.add(batch.sort(order));
      batch = [];
    }
    batch.sort(order);
    if (runs.isEmpty) yield* batch;
    else yield* mergeTwo(runs.merged(), asyncOf(batch), order);
  } finally {
    await runs.release();
  }
}

/** Sorted runs on the disk. */
class Runs<T> {
  readonly #scratch: string;
  readonly #order: (one: T, other: T) => number;
  #runs: Run[] = [];
  #written = 0;

  constructor(scratch: string, order: (one: T, other: T) => number) {
    this.#scratch = scratch;
    this.#order = order;
  }

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  async add(items: Iterable<T>): Promise<void> {
    this.#runs.push(await this.#write(items));
    if (this.#runs.length < MOST_RUNS) return;
    const together = await this.#write(this.merged());
    await this.release();
    this.#runs = [together];
  }

  merged(): AsyncGenerator<T, void> {
    return mergeAll(
      this.#runs.map(({ file }) => readRun<T>(file)),
      this.#order,
    );
  }

  async release(): Promise<void> {
    for (const { path, file } of this.#runs) {
      await file.close();
      await rm(path, { force: true });
    }
    this.#runs = [];
  }

  async #write(items: Iterable<T> | AsyncIterable<T>): Promise<Run> {
    const path = `${this.#scratch}-${this.#written++}`;
    try {
      const file = await open(path, 'w+');
      let lines = '';
      for await (const item of items) {
        lines += `${JSON.stringify(item)}\n`;
        if (lines.length < WRITE_CHARACTERS) continue;
        await file.appendFile(lines);
        lines = '';
      }
      await file.appendFile(lines);
      return { path, file };
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  }
}

interface Run {
  readonly path: string;
  readonly file: FileHandle;
}

async function* readRun<T>(file: FileHandle): AsyncGenerator<T, void> {
  // What JSON gives back is what was written.
  for await (const line of fileLines(file, READ_BYTES)) yield JSON.parse(line.toString('utf8')) as T;
}

/** By halves, so that each item is compared as often as their number has digits in base two. */
function mergeAll<T>(
  runs: Array<AsyncGenerator<T, void>>,
  order: (one: T, other: T) => number,
): AsyncGenerator<T, void> {
  if (runs.length === 1) return runs[0]!;
  const half = runs.length >> 1;
  return mergeTwo(mergeAll(runs.slice(0, half), order), mergeAll(runs.slice(half), order), order);
}

async function* mergeTwo<T>(
  first: AsyncGenerator<T, void>,
  second: AsyncGenerator<T, void>,
  order: (one: T, other: T) => number,
): AsyncGenerator<T, void> {
  let [one, other] = [await first.next(), await second.next()];
  while (!one.done || !other.done) {
    const isFirst = !one.done && (other.done || order(one.value, other.value) <= 0);
    if (isFirst && !one.done) {
      yield one.value;
      one = await first.next();
    } else if (!other.done) {
      yield other.value;
      other = await second.next();
    }
  }
}

async function* asyncOf<T>(items: readonly T[]): AsyncGenerator<T, void> {
  yield* items;
}
