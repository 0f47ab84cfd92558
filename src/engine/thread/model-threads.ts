import { type ModelThread, startModelThread } from './model-thread.js';
import type { EngineToStart } from './protocol.js';

/** A model in several threads, which are owned until `release`. */
export interface ModelThreads extends Pick<ModelThread, 'load' | 'loaded' | 'classify' | 'release'> {
  /** One for each thread, so that as many runs as there are of them go on at once. */
  readonly encoders: ReadonlyArray<ModelThread['encode']>;
}

/** Starts `count` threads for one model. Each has weights and buffers of its own. */
export function startModelThreads(engine: EngineToStart, count: number): ModelThreads {
  const threads = Array.from({ length: count }, () => startModelThread(engine));
  return {
    load: (model) => {
      for (const thread of threads) thread.load(model);
    },
    loaded: whenAll(threads.map(({ loaded }) => loaded)),
    encoders: threads.map(({ encode }) => encode),
    classify: threads[0]!.classify,
    release: async () => {
      await Promise.all(threads.map((thread) => thread.release()));
    },
  };
}

function whenAll(loading: ReadonlyArray<ModelThread['loaded']>): ModelThread['loaded'] {
  const loaded = Promise.all(loading).then(([version]) => version!);
  // As with each thread's own: whoever waits or computes hears of it.
  loaded.catch(() => {});
  return loaded;
}
