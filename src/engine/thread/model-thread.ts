import { Worker } from 'node:worker_threads';
import { UserError } from '../../errors.js';
import type { EngineName, FrameEncoder, SequenceClassifier } from '../engine.js';
import type { ModelToLoad, Reply, Request } from './protocol.js';

/** A model that computes in a thread of its own, which is owned until `release`. */
export interface ModelThread {
  readonly engine: { readonly name: EngineName; readonly version: string };
  encode(frames: Uint8Array): ReturnType<FrameEncoder['encode']>;
  classify: SequenceClassifier['classify'];
  /** Ends the thread; calls that wait fail. */
  release(): Promise<void>;
}

/**
 * Loads a model into an engine in a thread: engines block the thread that calls them while they compute, and
 * here something else must go on, such as reading from ffmpeg and writing results. Calls are computed one
 * after the other. When the thread dies, every call that waits and every later one fails with the reason.
 *
 * @throws UserError `engine_unavailable`.
 */
export async function startModelThread(model: ModelToLoad): Promise<ModelThread> {
  const thread = new Thread(model);
  try {
    const engine = await thread.started;
    return {
      engine,
      encode: (frames) => thread.ask({ kind: 'encode', frames }),
      classify: async (batch) => ({ logits: await thread.ask({ kind: 'classify', batch }) }),
      release: () => thread.release(),
    };
  } catch (error) {
    await thread.release();
    throw error;
  }
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** Owns a worker thread, and pairs its replies with the requests. */
class Thread {
  readonly started: Promise<ModelThread['engine']>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting<Float32Array>>();
  #start: Waiting<ModelThread['engine']> | undefined;
  #asked = 0;
  #end: Error | undefined;

  constructor(model: ModelToLoad) {
    this.started = new Promise((resolve, reject) => {
      this.#start = { resolve, reject };
    });
    this.#worker = new Worker(new URL('./engine-thread.js', import.meta.url), { workerData: model });
    this.#worker.on('message', (reply: Reply) => this.#take(reply));
    this.#worker.on('error', (cause) => this.#fail(new Error('The engine thread failed', { cause })));
    this.#worker.on('exit', () => this.#fail(new Error('The engine thread ended')));
  }

  ask(input: Request['input']): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      const number = ++this.#asked;
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, input } satisfies Request);
    });
  }

  async release(): Promise<void> {
    this.#fail(new Error('The model was released'));
    await this.#worker.terminate();
  }

  #take(reply: Reply): void {
    switch (reply.kind) {
      case 'ready':
        this.#start?.resolve({ name: reply.name, version: reply.version });
        break;
      case 'refused':
        this.#start?.reject(new UserError(reply.error.code, reply.error));
        break;
      case 'done':
        this.#waiting.get(reply.number)?.resolve(reply.values);
        this.#waiting.delete(reply.number);
        break;
      case 'failed':
        this.#waiting.get(reply.number)?.reject(new Error(reply.problem));
        this.#waiting.delete(reply.number);
    }
  }

  #fail(reason: Error): void {
    this.#end ??= reason;
    this.#start?.reject(this.#end);
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}
