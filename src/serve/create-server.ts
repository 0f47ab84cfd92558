/**
 * Clips classified over HTTP, in a server of your own.
 *
 * @module clipstep/serve
 */
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_PIXELS } from '../media/ffmpeg/safety.js';
import { type Launcher, startLauncher } from '../platform/child-process/launcher.js';
import { openAdmission } from './admission.js';
import { answerRequests } from './answer-requests.js';
import type { Limits, ServerOptions } from './serve-options.js';
import { loadModels, type ServedModels } from './served-models.js';
import { openMetrics } from './server-metrics.js';
import type { ServerState } from './server-state.js';
import { stopped } from './stopped.js';

export { allowedHosts } from './allowed-hosts.js';
export type { Access, Limits, Proof, ServeEvent, ServerOptions } from './serve-options.js';

/** Answers requests with loaded models. Owns threads, processes and a temporary folder until `close`. */
export interface ClipServer {
  readonly models: readonly string[];
  /**
   * Answers a web `Request`; whatever is wrong with it is an answer, too.
   *
   * @param from.client tells clients apart for their share of the server, usually by address.
   */
  fetch(request: Request, from?: { client?: string | undefined }): Promise<Response>;
  /** Refuses new requests, gives running ones so many seconds, ends the rest, and releases everything. */
  close(options?: { graceSeconds?: number | undefined }): Promise<void>;
}

const DEFAULT_LIMITS: Limits = {
  bodyBytes: 1e9,
  unpackedBytes: 1e9,
  // The largest picture that is read, as 8-bit RGBA.
  pictureBytes: 4 * MAX_PIXELS,
  zipEntries: 10_000,
  uploadBytesPerSecond: 10_000,
  uploadWindowSeconds: 10,
  answerSeconds: 600,
  // So that no core is idle while the last frames of a clip are encoded.
  atOnce: availableParallelism() + 1,
  waiting: 32,
  perClient: 16,
};

/** How often model folders are checked for changes. */
const REFRESH_MILLISECONDS = 2000;

/**
 * Loads models and answers requests with them: `fetch` is a handler that any server can mount, listen.ts is one.
 *
 * @throws UserError as openClassifier; `usage` for no model, or two of one name.
 */
export async function createServer(options: ServerOptions): Promise<ClipServer> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const folder = await mkdtemp(join(options.temporaryFolder ?? tmpdir(), 'clipstep-serve-'));
  const launcher = await startLauncher();
  const release = () => releaseAll({ folder, launcher });
  const models = await loadModels(options.models, {
    ...options,
    atOnce: limits.atOnce,
    timeoutSeconds: limits.answerSeconds,
    startProgram: launcher.start,
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  const admission = openAdmission(limits);
  const stop = new AbortController();
  // Each running request listens to it.
  setMaxListeners(0, stop.signal);
  const server: ServerState = {
    models,
    admission,
    metrics: openMetrics(admission),
    limits,
    folder,
    stop,
    isStopping: false,
  };
  const refreshing = refreshRegularly(models);
  return {
    models: models.names,
    fetch: answerRequests(server, options),
    close: async ({ graceSeconds = 0 } = {}) => {
      await drain(server, graceSeconds);
      await refreshing.stop();
      await models.release();
      await release();
    },
  };
}

async function releaseAll({ folder, launcher }: { folder: string; launcher: Launcher }): Promise<void> {
  await launcher.release();
  // The last bodies may be being deleted, too.
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function drain(server: ServerState, graceSeconds: number): Promise<void> {
  server.isStopping = true;
  const timer = setTimeout(() => server.stop.abort(stopped()), graceSeconds * 1000);
  await server.admission.whenEmpty();
  clearTimeout(timer);
}

function refreshRegularly(models: ServedModels): { stop(): Promise<void> } {
  let last = Promise.resolve();
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    last = models.refresh().finally(() => {
      isBusy = false;
    });
  }, REFRESH_MILLISECONDS);
  // It alone keeps no process alive.
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await last;
    },
  };
}
