import type { BatchClip } from '../predict/batch/batch-clip.js';

/** Clips that a worker takes at once: what Redis carries. */
export interface Chunk {
  /** Of the job that it was added for. */
  readonly run: string;
  readonly clips: readonly BatchClip[];
  /** How often a worker ended while it was at a clip, by the clip's id. */
  readonly deaths: Readonly<Record<string, number>>;
}

/** What a worker says of a chunk that it is at. */
export interface UnderWay {
  /** Id of the clip; null between clips. */
  readonly clip: string | null;
}
