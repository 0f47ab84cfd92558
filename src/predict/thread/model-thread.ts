import { join } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { SequenceClassifier } from '../../engine/engine.js';
import { UserError } from '../../errors.js';
import type { FrameRun } from '../../inputs/video/stream-pictures.js';
import { PACKAGE_FOLDER } from '../../platform/package-files.js';
import {
  END,
  type EngineVersion,
  type Input,
  type LoadedModel,
  type Reply,
  type Request,
  type Results,
  type ThreadStart,
} from './protocol.js';

/** A model that computes in a thread of its own, which is owned until `release`. */
export interface ModelThread {
  /**
   * What computes the model, when it is loaded. Rejects with UserError `engine_unavailable`, `usage` where the engine
   * has no such precision, or as loadBundle.
   */
  readonly loaded: Promise<EngineVersion>;
  /** Waits until the model is loaded. */
  encode(frames: FrameRun): Promise<Results['encode']>;
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
 * here something else must go on, such as reading from ffmpeg and writing results. Calls are computed one
 * after the other. When the thread dies, every call that waits and every later one fails with the reason.
 */
export function startModelThread(start: ModelStart): ModelThread {
  const thread = new Thread(start);
  return {
    loaded: thread.loaded,
    encode: (frames) => thread.ask({ kind: 'encode', frames }),
    classify: (batch) => thread.ask({ kind: 'classify', batch }),
    release: () => thread.release(),
  };
}

/** As it is built: where TypeScript itself is run, as by tests, threads do not know it. */
const ENGINE_THREAD = join(PACKAGE_FOLDER, 'dist', 'engine-thread.js');

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** Owns a worker thread, and pairs its replies with the requests. */
class Thread {
  readonly loaded: Promise<EngineVersion>;
  readonly #worker: Worker;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting<Results[Input['kind']]>>();
  #loading: Waiting<EngineVersion> | undefined;
  #asked = 0;
  #end: unknown;

  constructor({ model, isShared, ...start }: ModelStart) {
    this.loaded = new Promise((resolve, reject) => {
      this.#loading = { resolve, reject };
    });
    // Whoever waits or computes hears of it.
    this.loaded.catch(() => {});
    this.#worker = new Worker(ENGINE_THREAD, {
      workerData: start,
      // Libraries of the engine see what is set of the environment only where it is the process's own.
      env: SHARE_ENV,
      // Node.js's flags, such as --input-type, are those of the program's own file.
      execArgv: [],
    });
    this.#worker.on('message', (reply: Reply) => this.#take(reply));
    this.#worker.on('error', (cause) => this.#fail(new Error('The engine thread failed', { cause })));
    this.#ended = new Promise((resolve) => this.#worker.on('exit', resolve));
    this.#ended.then(() => this.#fail(new Error('The engine thread ended')));
    const give = (read: LoadedModel) => (isShared ? this.#worker.postMessage(read) : this.#move(read));
    if (model instanceof Promise) model.then(give).catch((error) => this.#fail(error));
    else this.#worker.postMessage(model);
  }

  async ask<I extends Input>(input: I): Promise<Results[I['kind']]> {
    await this.loaded;
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      const number = ++this.#asked;
      // The thread gives what belongs to the kind of input that it was asked for.
      this.#waiting.set(number, { resolve: resolve as Waiting<unknown>['resolve'], reject });
      this.#worker.postMessage({ kind: 'request', number, input } satisfies Request);
    });
  }

  async release(): Promise<void> {
    this.#fail(new Error('The model was released'));
    // Not terminate(): where that meets onnxruntime at work, the whole process is aborted.
    this.#worker.postMessage(END);
    await this.#ended;
  }

  #move(model: LoadedModel): void {
    const tensors = model.members.flatMap((weights) => [...weights.values()]);
    // As loadBundle gives them, each has memory of its own, which members may share.
    this.#worker.postMessage(model, [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))]);
  }

  #take(reply: Reply): void {
    switch (reply.kind) {
      case 'ready':
        this.#loading?.resolve(reply.engine);
        break;
      case 'refused':
        this.#fail(new UserError(reply.error.code, reply.error));
        break;
      case 'done':
        this.#waiting.get(reply.number)?.resolve(reply.result);
        this.#waiting.delete(reply.number);
        break;
      case 'failed':
        this.#waiting.get(reply.number)?.reject(new Error(reply.problem));
        this.#waiting.delete(reply.number);
    }
  }

  #fail(reason: unknown): void {
    this.#end ??= reason;
    this.#loading?.reject(this.#end);
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}
