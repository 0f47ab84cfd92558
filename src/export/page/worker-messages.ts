// What the page and its worker tell each other.
import type { WebModel } from '../web-model.js';

export type WorkerRequest =
  | { readonly kind: 'load'; readonly wasm: string; readonly model: WebModel }
  | ({ readonly kind: 'frame' } & NextFrame)
  /** What the kept frames of a film show. */
  | { readonly kind: 'classify'; readonly film: number }
  | { readonly kind: 'close'; readonly film: number };

/** A frame of a film, the next one in time. Of a film, the last `most` are kept. */
export interface NextFrame {
  readonly film: number;
  readonly picture: ImageBitmap;
  /** A later one that it is compared with; null where none is. */
  readonly partner: ImageBitmap | null;
  readonly most: number;
}

/** Of `classify`. */
export interface WorkerAnswer {
  /** In the order of the labels. */
  readonly probabilities: readonly number[];
  /** From what the model was trained on; absent where it does not measure that. */
  readonly distance: number | undefined;
  readonly frames: number;
  /** That was computed for it: what is new since the answer before, and the network. */
  readonly milliseconds: number;
}

/** Answers come in the order of the requests. */
export type WorkerReply =
  | { readonly kind: 'done'; readonly answer: WorkerAnswer | null }
  | { readonly kind: 'failed'; readonly problem: string };
