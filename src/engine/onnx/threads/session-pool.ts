import { availableParallelism } from 'node:os';
import type { EngineOptions } from '../../engine.js';
import type { OpenSession } from '../session.js';
import { type ThreadSession, ThreadSessions } from './thread-sessions.js';

/** Threads in which sessions compute, each started when it is first needed. They are owned until `release`. */
export class SessionPool {
  /** Compiles for a session that computes alone, on all cores that the engine may use. */
  readonly open: OpenSession<ThreadSession>;
  /** Compile in a thread each, for sessions that compute side by side, on one core each. */
  readonly openers: ReadonlyArray<OpenSession<ThreadSession>>;
  readonly #started: Array<ThreadSessions | undefined> = [];
  #isReleased = false;

  constructor(engine: EngineOptions) {
    const openIn =
      (index: number, options: EngineOptions): OpenSession<ThreadSession> =>
      async (graph, own) =>
        this.#thread(index).open(graph, { ...options, ...own });
    this.open = openIn(0, engine);
    const { threads = availableParallelism() } = engine;
    this.openers = Array.from({ length: threads }, (_, index) => openIn(index, { ...engine, threads: 1 }));
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    await Promise.all(this.#started.map((thread) => thread?.release()));
  }

  #thread(index: number): ThreadSessions {
    if (this.#isReleased) throw new Error('These threads have ended');
    this.#started[index] ??= new ThreadSessions();
    return this.#started[index];
  }
}
