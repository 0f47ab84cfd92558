import type { Weights } from '../../tensors/tensor.js';
import type { Tensorflow } from './load.js';
import { type Parameter, release, upload, type Values } from './parameter-tensors.js';

/** A network's weights in TensorFlow's memory, until they are released. */
export class OwnedValues {
  readonly #tf: Tensorflow;
  readonly #parameters: readonly Parameter[];
  #values: Values | null;

  constructor(tf: Tensorflow, parameters: readonly Parameter[], weights: Weights) {
    this.#tf = tf;
    this.#parameters = parameters;
    this.#values = upload(tf, parameters, weights);
  }

  get(): Values {
    if (!this.#values) throw new Error('This network was released; load it again to compute with it');
    return this.#values;
  }

  replace(weights: Weights): void {
    this.release();
    this.#values = upload(this.#tf, this.#parameters, weights);
  }

  release(): void {
    if (this.#values) release(this.#values);
    this.#values = null;
  }
}
