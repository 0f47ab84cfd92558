import type { Pipeline } from '../pipeline/schema.js';
import { answerCalls, endThread } from '../platform/threads/answer-calls.js';
import { measurePace, type TrainingPace } from '../train/pace.js';

/** What training-time.ts gives to this thread: networks compute in it, so that the studio answers meanwhile. */
export interface PaceStart {
  readonly pipeline: Pipeline;
  readonly clip: { readonly pixels: Uint8Array; readonly timesteps: number; readonly classes: number };
}

export type PaceCalls = {
  readonly measure: { readonly given: PaceStart; readonly result: TrainingPace };
};

const ending = new AbortController();
let measuring: Promise<unknown> = Promise.resolve();

answerCalls<PaceCalls>(
  {
    measure: ({ pipeline, clip }) => {
      const pace = measurePace(pipeline, clip, ending.signal);
      measuring = pace;
      return pace;
    },
  },
  () => {
    ending.abort();
    // What is measured has threads of its own, which end before this one.
    measuring.then(endThread, endThread);
  },
);
