import { type ModelThread, startModelThread } from './model-thread.js';
import type { ModelToLoad } from './protocol.js';

/** A model in several threads, which are owned until `release`. */
export interface ModelThreads {
  readonly engine: ModelThread['engine'];
  /** One for each thread, so that as many runs as there are of them go on at once. */
  readonly encoders: ReadonlyArray<ModelThread['encode']>;
  readonly classify: ModelThread['classify'];
  /** Ends the threads; calls that wait fail. */
  release(): Promise<void>;
}

/**
 * Loads a model into an engine in each of `count` threads. Each has weights and buffers of its own.
 *
 * @throws UserError `engine_unavailable`; no thread is left then.
 */
export async function startModelThreads(model: ModelToLoad, count: number): Promise<ModelThreads> {
  const starting = await Promise.allSettled(Array.from({ length: count }, () => startModelThread(model)));
  const threads = starting.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const release = async () => {
    await Promise.all(threads.map((thread) => thread.release()));
  };
  const failure = starting.find((start) => start.status === 'rejected');
  if (failure) {
    await release();
    throw failure.reason;
  }
  const { engine, classify } = threads[0]!;
  return { engine, encoders: threads.map(({ encode }) => encode), classify, release };
}
