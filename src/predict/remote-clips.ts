import { rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { UserError } from '../errors.js';
import { type Fetcher, openFetcher } from '../platform/remote/fetch-file.js';
import { publicAddress } from '../platform/remote/web-address.js';

/** How clips at http(s) addresses are fetched. */
export interface RemoteOptions {
  /** Whether addresses may be of this machine or its own network; else these are refused. */
  readonly allowPrivate?: boolean | undefined;
  /** Longest clip, in megabytes; 2000 when absent. */
  readonly maxMegabytes?: number | undefined;
}

/** Clips at addresses, each in a file while it is worked with. */
export interface RemoteClips {
  /**
   * Does work on the file that is at an address. It is fetched once for all who work on it at the same time, and the
   * latest one is kept for the next: parts of one recording mostly follow each other.
   *
   * @throws UserError as Fetcher; whatever the work throws.
   */
  withFile<T>(address: string, work: (path: string) => Promise<T>): Promise<T>;
  /** Ends connections and removes what is left. No work is under way. */
  release(): Promise<void>;
}

const MOST_MEGABYTES = 2000;
/** A server that is silent for so long has forgotten. */
const STALL_SECONDS = 30;

/** @param context.folder for the files, which is there. */
export function openRemoteClips(
  { allowPrivate = false, maxMegabytes = MOST_MEGABYTES }: RemoteOptions,
  context: { folder: string; timeoutSeconds: number; signal: AbortSignal | undefined },
): RemoteClips {
  const { folder, timeoutSeconds, signal } = context;
  const fetcher = openFetcher({
    allowPrivate,
    maxBytes: maxMegabytes * 1e6,
    totalSeconds: timeoutSeconds,
    stallSeconds: STALL_SECONDS,
  });
  const files = new FetchedFiles(fetcher, { folder, signal });
  return {
    withFile: async (address, work) => {
      const fetched = files.take(address);
      try {
        const path = await fetched;
        return await work(path).catch((error: unknown) => Promise.reject(named(error, { path, address })));
      } finally {
        await files.leave(address);
      }
    },
    release: async () => {
      fetcher.release();
      await files.release();
    },
  };
}

/** An error about a file, as one about what was fetched into it. */
function named(error: unknown, { path, address }: { path: string; address: string }): unknown {
  if (!(error instanceof UserError)) return error;
  const { code, problem, fix } = error;
  const [own, known] = [problem, fix].map((text) => text.replaceAll(path, publicAddress(address)));
  return new UserError(code, { problem: own!, fix: known!, cause: error.cause });
}

interface Fetched {
  readonly path: Promise<string>;
  users: number;
}

class FetchedFiles {
  readonly #fetcher: Fetcher;
  readonly #folder: string;
  readonly #signal: AbortSignal | undefined;
  readonly #files = new Map<string, Fetched>();
  #latest: string | undefined;
  #count = 0;

  constructor(fetcher: Fetcher, { folder, signal }: { folder: string; signal: AbortSignal | undefined }) {
    this.#fetcher = fetcher;
    this.#folder = folder;
    this.#signal = signal;
  }

  take(address: string): Promise<string> {
    const file = this.#files.get(address) ?? { path: this.#fetch(address), users: 0 };
    this.#files.set(address, file);
    file.users += 1;
    return file.path;
  }

  async leave(address: string): Promise<void> {
    this.#files.get(address)!.users -= 1;
    const before = this.#latest;
    this.#latest = address;
    if (before !== undefined && before !== address) await this.#removeUnused(before);
    // One that did not come is asked for again by the next.
    const path = await this.#files.get(address)?.path.catch(() => null);
    if (path === null) await this.#removeUnused(address);
  }

  async release(): Promise<void> {
    for (const address of [...this.#files.keys()]) await this.#removeUnused(address);
  }

  async #fetch(address: string): Promise<string> {
    const path = join(this.#folder, `fetched-${this.#count++}${endingOf(address)}`);
    try {
      await this.#fetcher.fetch(address, path, this.#signal);
      return path;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  async #removeUnused(address: string): Promise<void> {
    const file = this.#files.get(address);
    if (!file || file.users > 0) return;
    this.#files.delete(address);
    const path = await file.path.catch(() => null);
    if (path !== null) await rm(path, { force: true });
  }
}

/** Of a file's name, where it looks like one. */
function endingOf(address: string): string {
  if (!URL.canParse(address)) return '';
  const ending = extname(new URL(address).pathname).toLowerCase();
  return /^\.[a-z0-9]{1,5}$/.test(ending) ? ending : '';
}
