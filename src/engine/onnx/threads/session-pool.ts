import { availableParallelism } from 'node:os';
import type { EngineOptions } from '../../engine.js';
import { loadOnnxRuntime } from '../load-runtime.js';
import { OnnxSession, type OpenSession, type TrainingSession } from '../session.js';
import { ThreadSessions } from './thread-sessions.js';

/** Ways to compile a graph, by where it then computes. */
export interface Openers {
  /** For a session that computes alone, on all cores that the engine may use. */
  readonly alone: OpenSession<TrainingSession>;
  /** Of each core, for sessions that compute side by side, on one core each. */
  readonly ofCores: ReadonlyArray<OpenSession<TrainingSession>>;
}

/**
 * Threads in which sessions compute, each started when it is first needed. They are owned until `release`; sessions in
 * the caller's own thread are the caller's to release.
 */
export class SessionPool {
  /** In other threads, so that this one goes on meanwhile. */
  readonly elsewhere: Openers;
  /** In this thread, which saves short runs a message there and back; what is side by side, in others from the second core on. */
  readonly here: Openers;
  readonly #started: Array<ThreadSessions | undefined> = [];
  #isReleased = false;

  constructor(engine: EngineOptions) {
    const { threads = availableParallelism() } = engine;
    const single = { ...engine, threads: 1 };
    const openHere =
      (options: EngineOptions): OpenSession<TrainingSession> =>
      async (graph, own) => {
        this.#refuseReleased();
        return OnnxSession.open(await loadOnnxRuntime(), graph, { ...options, ...own });
      };
    const openIn =
      (index: number, options: EngineOptions): OpenSession<TrainingSession> =>
      async (graph, own) =>
        this.#thread(index).open(graph, { ...options, ...own });
    const ofCores = Array.from({ length: threads }, (_, index) => openIn(index, single));
    this.elsewhere = { alone: openIn(0, engine), ofCores };
    this.here = { alone: openHere(engine), ofCores: [openHere(single), ...ofCores.slice(1)] };
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    await Promise.all(this.#started.map((thread) => thread?.release()));
  }

  #thread(index: number): ThreadSessions {
    this.#refuseReleased();
    this.#started[index] ??= new ThreadSessions();
    return this.#started[index];
  }

  #refuseReleased(): void {
    if (this.#isReleased) throw new Error('These threads have ended');
  }
}
