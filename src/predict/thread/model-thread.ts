import type { SequenceClassifier } from '../../engine/engine.js';
import type { FrameRun } from '../../inputs/video/stream-pictures.js';
import { WorkerThread } from '../../platform/threads/worker-thread.js';
import type { EngineVersion, LoadedModel, ModelCalls, ThreadStart } from './protocol.js';

/** A model that computes in a thread of its own, which is owned until `release`. */
export interface ModelThread {
  /**
   * What computes the model, when it is loaded. Rejects with UserError `engine_unavailable`, `usage` where the engine
   * has no such precision, or as loadBundle.
   */
  readonly loaded: Promise<EngineVersion>;
  /** Waits until the model is loaded. */
  encode(frames: FrameRun): Promise<Float32Array>;
  /** Likewise. */
  classify: SequenceClassifier['classify'];
  /** Ends the thread; calls that wait fail. */
  release(): Promise<void>;
}

export interface ModelStart extends ThreadStart {
  /**
   * Copied to the thread. One that is still being read, while the thread loads its engine, is moved to it, unless it is
   * shared: nobody else may use its weights. What that rejects with is what `loaded` does.
   */
  readonly model: LoadedModel | Promise<LoadedModel>;
  /** Whether other threads are given the same model. */
  readonly isShared: boolean;
}

/**
 * Loads a model into an engine in a thread: engines block the thread that calls them while they compute, and
 * here something else must go on, such as reading from ffmpeg and writing results.
 */
export function startModelThread({ model, isShared, ...start }: ModelStart): ModelThread {
  const thread = new WorkerThread<ModelCalls>('engine-thread', start);
  const moves = model instanceof Promise && !isShared;
  const loaded = load(thread, { model, moves });
  // Whoever waits or computes hears of it.
  loaded.catch(() => {});
  const whenLoaded = async <T>(compute: () => Promise<T>): Promise<T> => {
    await loaded;
    return compute();
  };
  return {
    loaded,
    encode: (frames) => whenLoaded(() => thread.call('encode', frames)),
    classify: (batch) => whenLoaded(() => thread.call('classify', batch)),
    release: () => thread.end(new Error('The model was released')),
  };
}

async function load(
  thread: WorkerThread<ModelCalls>,
  { model, moves }: { model: LoadedModel | Promise<LoadedModel>; moves: boolean },
): Promise<EngineVersion> {
  const give = async () => {
    const read = await model;
    return thread.call('load', read, moves ? memoryOf(read) : []);
  };
  const [engine] = await Promise.all([thread.call('start', undefined), give()]);
  return engine;
}

/** Tensors lie in the bytes of their file, or have memory of their own; members may share them. Nobody else has it. */
function memoryOf({ members }: LoadedModel): ArrayBuffer[] {
  const tensors = members.flatMap((weights) => [...weights.values()]);
  return [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))];
}
