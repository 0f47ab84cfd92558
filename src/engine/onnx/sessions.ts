import type { Graph } from './graph.js';
import type { OpenSession, Session } from './session.js';

/** Sessions that are compiled when they are first needed. It owns them until `release`. */
export class Sessions<S extends Session = Session> {
  readonly #open: OpenSession<S>;
  readonly #byKey = new Map<string, Promise<S>>();

  constructor(open: OpenSession<S>) {
    this.#open = open;
  }

  /** The session of that key, made of `build()` when there is none. */
  get(key: string, build: () => Graph): Promise<S> {
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
