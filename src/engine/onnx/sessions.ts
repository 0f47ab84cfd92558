import type { Graph } from './graph.js';
import type { OnnxSession, OpenSession } from './session.js';

/** Sessions that are compiled when they are first needed. It owns them until `release`. */
export class Sessions {
  readonly #open: OpenSession;
  readonly #byKey = new Map<string, Promise<OnnxSession>>();

  constructor(open: OpenSession) {
    this.#open = open;
  }

  /** The session of that key, made of `build()` when there is none. */
  get(key: string, build: () => Graph): Promise<OnnxSession> {
    const known = this.#byKey.get(key);
    if (known) return known;
    const session = this.#open(build());
    this.#byKey.set(key, session);
    return session;
  }

  /** Gives back their memory; what is asked for afterwards is compiled anew. */
  async release(): Promise<void> {
    const sessions = [...this.#byKey.values()];
    this.#byKey.clear();
    await Promise.all(sessions.map(async (session) => (await session).release()));
  }
}
