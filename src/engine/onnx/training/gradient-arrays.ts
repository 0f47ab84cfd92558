import { LentArray } from '../lent-array.js';

/** Gradients by all that is trained, float32 [elements], one for each part of a batch; steps use them again and again. */
export class GradientArrays {
  readonly #elements: number;
  readonly #arrays: LentArray[] = [];

  constructor(elements: number) {
    this.#elements = elements;
  }

  /** So many, with whatever they held. */
  take(count: number): LentArray[] {
    while (this.#arrays.length < count) this.#arrays.push(new LentArray(new Float32Array(this.#elements)));
    return this.#arrays.slice(0, count);
  }
}
