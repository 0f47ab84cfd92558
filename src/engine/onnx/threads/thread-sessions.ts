import { WorkerThread } from '../../../platform/threads/worker-thread.js';
import type { Graph } from '../graph.js';
import { isLent, type LentValues } from '../lent-array.js';
import { encodeModel } from '../onnx-model.js';
import type { Feed, SessionOptions, TrainingSession } from '../session.js';
import { arraysOf, memoryOf, type OpenedSession, type SessionCalls } from './session-calls.js';

/** A thread in which sessions compute, one run after the other. It is started at once, and owned until `release`. */
export class ThreadSessions {
  readonly #thread = new WorkerThread<SessionCalls>('session-thread');

  /** @throws Error of onnxruntime where the graph does not compile. */
  async open(graph: Graph, options: SessionOptions): Promise<ThreadSession> {
    const opened = await this.#thread.call('open', { model: encodeModel(graph), options });
    return new ThreadSession(this.#thread, opened);
  }

  /** Ends the thread as soon as what it computes just then is done; runs that wait fail. */
  release(): Promise<void> {
    return this.#thread.end(new Error('This network was released and cannot run any more'));
  }
}

/** A session that computes in a thread of its own, so that this one goes on meanwhile. */
export class ThreadSession implements TrainingSession {
  readonly inputNames: ReadonlySet<string>;
  readonly #thread: WorkerThread<SessionCalls>;
  readonly #session: number;
  /** Of feeds by their names, between runs: memory that was used before takes no time to be had. */
  readonly #memory = new Map<string, ArrayBuffer>();

  constructor(thread: WorkerThread<SessionCalls>, { session, inputNames }: OpenedSession) {
    this.#thread = thread;
    this.#session = session;
    this.inputNames = new Set(inputNames);
  }

  /** Feeds are copied, but for what is lent. */
  async run(
    feeds: Readonly<Record<string, Feed | LentValues>>,
    targets: Readonly<Record<string, LentValues>> = {},
  ): Promise<Record<string, Float32Array>> {
    const sent = {
      session: this.#session,
      feeds: mapFeeds(feeds, (feed, name) => (isLent(feed) ? lend(feed) : this.#copy(feed, name))),
      targets: mapFeeds(targets, lend),
    };
    const memory = memoryOf([...arraysOf(sent.feeds), ...arraysOf(sent.targets)]);
    const returned = await this.#thread.call('run', sent, memory);
    for (const [name, feed] of Object.entries(feeds)) {
      if (isLent(feed)) giveBack(feed, returned.feeds[name]!);
      else this.#memory.set(name, returned.feeds[name]!.data.buffer as ArrayBuffer); // none is shared
    }
    for (const [name, target] of Object.entries(targets)) giveBack(target, returned.targets[name]!);
    if (!returned.results) throw new Error(returned.problem ?? 'The run failed');
    return returned.results;
  }

  /** Where the thread has ended, its sessions have, too. */
  async release(): Promise<void> {
    await this.#thread.call('release', { session: this.#session }).catch(() => {});
  }

  #copy({ data, shape }: Feed, name: string): Feed {
    const known = this.#memory.get(name);
    this.#memory.delete(name);
    const memory = known && known.byteLength >= data.byteLength ? known : new ArrayBuffer(data.byteLength);
    const copy = viewLike(data, memory);
    copy.set(data);
    return { data: copy, shape };
  }
}

const lend = ({ data, shape }: LentValues): Feed => ({ data: data.lend(), shape });

function giveBack({ data }: LentValues, returned: Feed): void {
  data.giveBack(returned.data as Float32Array<ArrayBuffer>); // as it was lent
}

const mapFeeds = <T>(
  feeds: Readonly<Record<string, T>>,
  map: (feed: T, name: string) => Feed,
): Record<string, Feed> =>
  Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, map(feed, name)]));

function viewLike(data: Feed['data'], memory: ArrayBuffer): Feed['data'] {
  if (data instanceof Float32Array) return new Float32Array(memory, 0, data.length);
  if (data instanceof Int32Array) return new Int32Array(memory, 0, data.length);
  return new Uint8Array(memory, 0, data.length);
}
