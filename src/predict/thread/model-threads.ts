import { type ModelStart, type ModelThread, startModelThread } from './model-thread.js';

/** A model in several threads, which are owned until `release`. */
export interface ModelThreads extends Pick<ModelThread, 'loaded' | 'classify' | 'release'> {
  /** One for each thread, so that as many runs as there are of them go on at once. */
  readonly encoders: ReadonlyArray<ModelThread['encode']>;
}

/** Starts `count` threads for one model. Each has weights and buffers of its own. */
export function startModelThreads(start: Omit<ModelStart, 'isShared'>, count: number): ModelThreads {
  if (start.engine === 'tensorflow') void keepTensorflow();
  const threads = Array.from({ length: count }, () => startModelThread({ ...start, isShared: count > 1 }));
  return {
    loaded: whenAll(threads.map(({ loaded }) => loaded)),
    encoders: threads.map(({ encode }) => encode),
    classify: threads[0]!.classify,
    release: async () => {
      await Promise.all(threads.map((thread) => thread.release()));
    },
  };
}

/**
 * TensorFlow's library is unloaded with the last thread that has loaded it, which does not let the process end in
 * peace: so this one loads it, too.
 */
async function keepTensorflow(): Promise<void> {
  const { loadTensorflow } = await import('../../engine/tensorflow/load.js');
  // The threads say what is wrong with it.
  await loadTensorflow().catch(() => {});
}

function whenAll(loading: ReadonlyArray<ModelThread['loaded']>): ModelThread['loaded'] {
  const loaded = Promise.all(loading).then(([version]) => version!);
  // As with each thread's own: whoever waits or computes hears of it.
  loaded.catch(() => {});
  return loaded;
}
