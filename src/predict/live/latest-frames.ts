import {
  type Encode,
  type EncodedFrame,
  encodeRun,
  FRAMES_PER_RUN,
  RunMemory,
  type WaitingFrame,
} from '../encode-run.js';

/** Encodes frames as they come; where they come faster than that, the oldest that wait are dropped. */
export class LatestFrames {
  readonly #encoder: { readonly encode: Encode; readonly memory: RunMemory };
  readonly #capacity: number;
  readonly #waiting: Array<Omit<WaitingFrame, 'resolve'> & { resolve(features: Float32Array | null): void }> =
    [];
  #isBusy = false;
  #dropped = 0;
  #onIdle: (() => void) | undefined;

  /** @param options.capacity most frames that wait, while others are encoded. */
  constructor(encode: Encode, { capacity }: { capacity: number }) {
    this.#encoder = { encode, memory: new RunMemory() };
    this.#capacity = capacity;
  }

  /** Those that were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @returns float32 [streams x featureCount]; null where the frame was dropped. */
  encode(frame: EncodedFrame): Promise<Float32Array | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, resolve, reject });
      if (this.#waiting.length > this.#capacity) {
        this.#dropped += 1;
        this.#waiting.shift()!.resolve(null);
      }
      this.#next();
    });
  }

  /** Until no frame waits: for what is not live, and can wait itself. */
  async idle(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
  }

  #next(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    this.#isBusy = true;
    const frames = this.#waiting.splice(0, FRAMES_PER_RUN);
    if (this.#waiting.length === 0) this.#onIdle?.();
    void encodeRun(frames, this.#encoder).then(() => {
      this.#isBusy = false;
      this.#next();
    });
  }
}
