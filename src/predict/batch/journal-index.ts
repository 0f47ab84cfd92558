import { IdTable } from '../../platform/id-table.js';

const FIRST_LINES = 1024;

/** Of a line. */
const IS_FINAL = 1;
/** There is a later one of the same clip. */
const IS_REPLACED = 2;
const IS_TAKEN = 4;

/** Where the rows of a journal stand: some 60 bytes a row and outside of the heap, however long the rows are. */
export class JournalIndex {
  readonly #lineOf = new IdTable();
  /** Where each line begins, and after the last one where it ends. */
  #offsets = new Float64Array(FIRST_LINES);
  #flags = new Uint8Array(FIRST_LINES);
  #lines = 0;

  /** Clips that have a row. */
  get clips(): number {
    return this.#lineOf.size;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Where the next line begins. */
  get end(): number {
    return this.#offsets[this.#lines]!;
  }

  /** Notes the next line; of a damaged one, which has no row, its length only. */
  add(bytes: number, row: { id: string; isFinal: boolean } | null): void {
    this.#makeRoom();
    const line = this.#lines++;
    this.#offsets[line + 1] = this.#offsets[line]! + bytes;
    if (!row) {
      this.#flags[line] = IS_REPLACED;
      return;
    }
    this.#flags[line] = row.isFinal ? IS_FINAL : 0;
    const before = this.#lineOf.set(row.id, line);
    if (before !== undefined) this.#flags[before]! |= IS_REPLACED;
  }

  /** The latest line of a clip. */
  find(id: string): number | undefined {
    return this.#lineOf.get(id);
  }

  isFinal(line: number): boolean {
    return (this.#flags[line]! & IS_FINAL) !== 0;
  }

  place(line: number): { offset: number; bytes: number } {
    const offset = this.#offsets[line]!;
    return { offset, bytes: this.#offsets[line + 1]! - offset };
  }

  /** The lines that count: first those of these clips, in their order, then those of any others. */
  async *inOrder(ids: AsyncIterable<string>): AsyncGenerator<number, void> {
    this.#flags.forEach((flags, line) => {
      this.#flags[line] = flags & ~IS_TAKEN;
    });
    for await (const id of ids) {
      const line = this.find(id);
      if (line === undefined || this.#flags[line]! & IS_TAKEN) continue;
      this.#flags[line]! |= IS_TAKEN;
      yield line;
    }
    for (let line = 0; line < this.#lines; line++) {
      if ((this.#flags[line]! & (IS_TAKEN | IS_REPLACED)) === 0) yield line;
    }
  }

  #makeRoom(): void {
    if (this.#lines + 1 < this.#offsets.length) return;
    const [offsets, flags] = [this.#offsets, this.#flags];
    this.#offsets = new Float64Array(offsets.length * 2);
    this.#offsets.set(offsets);
    this.#flags = new Uint8Array(flags.length * 2);
    this.#flags.set(flags);
  }
}
