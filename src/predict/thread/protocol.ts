import type { Classification, EngineName, EngineOptions } from '../../engine/engine.js';
import type { ErrorCode } from '../../errors.js';
import type { SequenceBatch } from '../../inputs/batches.js';
import type { FramesInput } from '../../inputs/video/frames-schema.js';
import type { FrameRun } from '../../inputs/video/stream-pictures.js';
import type { Networks } from '../../network/networks.js';
import type { Weights } from '../../tensors/tensor.js';

/** What the thread is started with. */
export interface ThreadStart extends Pick<EngineOptions, 'threads'> {
  readonly engine: 'auto' | EngineName;
}

/** The first message: the thread loads its engine while the model is still being read. */
export interface LoadedModel {
  readonly kind: 'model';
  /** What the encoder reads; null where there is none. */
  readonly frames: FramesInput | null;
  readonly networks: Networks;
  /** As in bundle/bundle.ts. */
  readonly members: readonly Weights[];
  readonly temperature: number;
}

/** The last message: the thread ends as soon as what it computes just then is done. */
export const END = 'end';

export interface Request {
  readonly kind: 'request';
  /** Comes back with the reply. */
  readonly number: number;
  readonly input: Input;
}

export type Input =
  | { readonly kind: 'encode'; readonly frames: FrameRun }
  | { readonly kind: 'classify'; readonly batch: SequenceBatch };

/** What is computed of an input; `encode` gives features, float32 [frames, streams x featureCount]. */
export interface Results {
  readonly encode: Float32Array;
  readonly classify: Classification;
}

/** What computes a model. */
export interface EngineVersion {
  readonly name: EngineName;
  /** As Engine has it. */
  readonly version: string;
}

export type Reply =
  | { readonly kind: 'ready'; readonly engine: EngineVersion }
  /** An error's class does not survive the way between threads: these are a UserError's parts. */
  | {
      readonly kind: 'refused';
      readonly error: { readonly code: ErrorCode; readonly problem: string; readonly fix: string };
    }
  | { readonly kind: 'done'; readonly number: number; readonly result: Results[keyof Results] }
  | { readonly kind: 'failed'; readonly number: number; readonly problem: string };
