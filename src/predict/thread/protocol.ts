import type { Classification, EngineName, EngineOptions } from '../../engine/engine.js';
import type { Members } from '../../engine/members.js';
import type { SequenceBatch } from '../../inputs/batches.js';
import type { FramesInput } from '../../inputs/video/frames-schema.js';
import type { FrameRun } from '../../inputs/video/stream-pictures.js';

/** What the thread is started with. */
export interface ThreadStart extends Pick<EngineOptions, 'threads'> {
  readonly engine: 'auto' | EngineName;
}

export interface LoadedModel extends Members {
  /** What the encoder reads; null where there is none. */
  readonly frames: FramesInput | null;
  readonly temperature: number;
}

/** What computes a model. */
export interface EngineVersion {
  readonly name: EngineName;
  /** As Engine has it. */
  readonly version: string;
}

/** What the thread of a model answers. */
export type ModelCalls = {
  /** Waits until the engine is loaded, which begins as the thread starts: the model is still being read then. */
  readonly start: { readonly given: undefined; readonly result: EngineVersion };
  /** Comes before what is computed. */
  readonly load: { readonly given: LoadedModel; readonly result: undefined };
  /** Gives features, float32 [frames, streams x featureCount]. */
  readonly encode: { readonly given: FrameRun; readonly result: Float32Array };
  readonly classify: { readonly given: SequenceBatch; readonly result: Classification };
};
