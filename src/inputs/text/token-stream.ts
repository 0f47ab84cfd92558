import { MARKERS } from './vocabulary.js';

/** Numbers of tokens in a row: of two bytes each as long as that is enough, since texts have a hundred million characters. */
export type TokenStream = Uint16Array | Int32Array;

/** Numbers that a narrow stream can hold, once those of a vocabulary, which has markers, take their place. */
const NARROW = 2 ** 16 - MARKERS;

/** A stream that grows at its end. */
export class GrowingStream {
  #data: TokenStream;
  #length = 0;

  /** @param expected numbers. */
  constructor(expected: number) {
    this.#data = new Uint16Array(expected);
  }

  append(numbers: readonly number[]): void {
    const length = this.#length + numbers.length;
    const isWide = this.#data instanceof Int32Array;
    const widens = !isWide && numbers.some((number) => number >= NARROW);
    if (length > this.#data.length || widens) {
      const size = length > this.#data.length ? Math.ceil(1.5 * length) : this.#data.length;
      const larger = isWide || widens ? new Int32Array(size) : new Uint16Array(size);
      larger.set(this.#data.subarray(0, this.#length));
      this.#data = larger;
    }
    this.#data.set(numbers, this.#length);
    this.#length = length;
  }

  /** What it has so far, not copied. */
  stream(): TokenStream {
    return this.#data.subarray(0, this.#length);
  }
}
