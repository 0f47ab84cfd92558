import { hash } from 'node:crypto';

/** 96 bits of a digest, which no two of even a billion ids share. */
const KEY_WORDS = 3;
const FIRST_SLOTS = 1024;
/** Of the slots; beyond it, looking for a free one takes long. */
const MOST_USED = 0.7;

/**
 * Numbers by ids, in 20 bytes a slot and outside of the heap: a Map of as many strings takes ten times as much. An id
 * stands in it as its digest only.
 */
export class IdTable {
  #keys = new Uint32Array(FIRST_SLOTS * KEY_WORDS);
  /** NaN where the slot is free. */
  #values = new Float64Array(FIRST_SLOTS).fill(Number.NaN);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: string): number | undefined {
    const value = this.#values[this.#slotOf(digest(id))]!;
    return Number.isNaN(value) ? undefined : value;
  }

  /** @returns what stood there before. */
  set(id: string, value: number): number | undefined {
    const key = digest(id);
    const slot = this.#slotOf(key);
    const before = this.#values[slot]!;
    this.#values[slot] = value;
    if (!Number.isNaN(before)) return before;
    this.#keys.set(key, slot * KEY_WORDS);
    this.#size += 1;
    if (this.#size > this.#values.length * MOST_USED) this.#grow();
    return undefined;
  }

  /** Where a key stands, or the free slot where it would. */
  #slotOf([first, second, third]: Key): number {
    const slots = this.#values.length;
    for (let slot = first % slots; ; slot = (slot + 1) % slots) {
      if (Number.isNaN(this.#values[slot]!)) return slot;
      const start = slot * KEY_WORDS;
      const [one, two, three] = [this.#keys[start], this.#keys[start + 1], this.#keys[start + 2]];
      if (one === first && two === second && three === third) return slot;
    }
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#values = new Float64Array(values.length * 2).fill(Number.NaN);
    for (const [old, value] of values.entries()) {
      if (Number.isNaN(value)) continue;
      const start = old * KEY_WORDS;
      const key: Key = [keys[start]!, keys[start + 1]!, keys[start + 2]!];
      const slot = this.#slotOf(key);
      this.#keys.set(key, slot * KEY_WORDS);
      this.#values[slot] = value;
    }
  }
}

type Key = readonly [number, number, number];

function digest(id: string): Key {
  const bytes = hash('sha256', id, 'buffer');
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
}
