// What the scripts beside an exported page give it. It imports nothing, since the page is compiled apart.

/** Which frames of a clip a network reads. */
export type Reading =
  /** Those at the centres of equal spans. */
  | { readonly kind: 'spread'; readonly frames: number }
  /** At a fixed rate, from the clip's start. */
  | { readonly kind: 'ticks'; readonly framesPerSecond: number; readonly maxFrames: number };

/** `clipstepModel`, of model.js. */
export interface WebModel {
  readonly name: string;
  readonly description: string;
  readonly labels: readonly string[];
  /** Below it, the answer is unknown. */
  readonly minProbability: number;
  /** What tells clips that are unlike those that it was trained on; null where it calls none so. */
  readonly known: WebKnown | null;
  readonly reading: Reading;
  /** Side of the pictures that its encoder reads, in pixels. */
  readonly size: number;
  /** What the encoder is shown of each frame. */
  readonly streams: readonly WebStream[];
  /** From a frame to the later one that it is compared with; null where none is. */
  readonly gapSeconds: number | null;
  /** Null for one that was not tested. */
  readonly test: WebTest | null;
  /** The model card, in Markdown; null where the model has none. */
  readonly card: string | null;
  /** The version that wrote the page. */
  readonly clipstep: string;
  /**
   * ONNX, compressed with gzip, in base64: from frames of any size to pictures (resizingGraph), and from these to
   * probabilities (clipGraph), and what shows of a clip where `known` measures it.
   */
  readonly resizing: string;
  readonly network: string;
}

export interface WebStream {
  readonly kind: 'frames' | 'difference' | 'flow';
  /** Of optical flow, see media/flow-image.ts. */
  readonly gain?: number | undefined;
}

export interface WebKnown {
  /** Beyond it, the answer is unknown, too. */
  readonly maxDistance: number;
  /** The tensors of each member that openDistance reads, KnownTensor[][] as JSON, compressed with gzip, in base64. */
  readonly tensors: string;
}

export interface KnownTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface WebTest {
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly examples: number;
}

/** `clipstepRuntime`, of runtime.js. */
export interface WebRuntime {
  /** The worker's module, as text. */
  readonly worker: string;
  /** onnxruntime's WebAssembly, compressed with gzip, in base64. */
  readonly wasm: string;
}
