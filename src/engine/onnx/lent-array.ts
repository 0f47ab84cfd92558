/**
 * float32 values that runs read or write in place, without a copy. They move to a run in another thread and back, since
 * onnxruntime takes no memory that threads share.
 */
export class LentArray {
  #data: Float32Array<ArrayBuffer> | null;

  /** @param data With memory of its own. */
  constructor(data: Float32Array<ArrayBuffer>) {
    this.#data = data;
  }

  /** Holds until the next run with them. @throws Error while they are lent, and for good where their thread died. */
  get data(): Float32Array<ArrayBuffer> {
    if (!this.#data) throw new Error('These values are with a run that has not ended');
    return this.#data;
  }

  /** The values, which are gone here until they are given back. @throws Error as `data`. */
  lend(): Float32Array<ArrayBuffer> {
    const { data } = this;
    this.#data = null;
    return data;
  }

  giveBack(data: Float32Array<ArrayBuffer>): void {
    this.#data = data;
  }
}

/** What a run reads or writes in place. */
export interface LentValues {
  readonly data: LentArray;
  readonly shape: readonly number[];
}

export const isLent = (values: { readonly data: unknown }): values is LentValues =>
  values.data instanceof LentArray;
