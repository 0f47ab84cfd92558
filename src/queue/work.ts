import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import { cannotWrite } from '../platform/cannot-write.js';
import { makeFolder } from '../platform/make-folder.js';
import { withScratchFolder } from '../platform/scratch-folder.js';
import { type BatchOptions, withDefaults } from '../predict/batch/batch-options.js';
import {
  type BatchSettings,
  modelIdentity,
  settingsDigest,
  settingsPath,
  writeSettings,
} from '../predict/batch/batch-settings.js';
import { openProcessor } from '../predict/batch/clip-processor.js';
import { type Journal, openJournal } from '../predict/batch/journal.js';
import { checkOptions, type Helpers, settingsOf, withHelpers } from '../predict/batch/prepare-run.js';
import type { Chunk } from './chunk.js';
import { connectQueue, loadPackages, PREFIX, type QueueConnection } from './connect-queue.js';
import { isDone, type JobRecord, type JobState, noJob, readRecord, readState } from './job-record.js';
import { chunkProcessor } from './process-chunk.js';

export interface WorkOptions
  extends Omit<
    BatchOptions,
    | 'source'
    | 'out'
    | 'format'
    | 'shard'
    | 'subtitles'
    | 'report'
    | 'embeddings'
    | 'followLinks'
    | 'strict'
    | 'onEvent'
  > {
  /** Address of a Redis. */
  readonly queue: string;
  /** What the job is called. */
  readonly name: string;
  /** Folder for the parts of all workers; each writes one of its own. */
  readonly out: string;
  /** After so long without a sign of its worker, a chunk goes to another one; 30 when absent. */
  readonly lockSeconds?: number | undefined;
  /** How often a clip may end its worker before its row says that it failed; 2 when absent. */
  readonly mostDeaths?: number | undefined;
  /** Called every second. */
  readonly onProgress?: ((progress: JobState & { readonly rows: number }) => void) | undefined;
}

export interface Worked {
  /** The part that was written. */
  readonly part: string;
  readonly rows: number;
  readonly failed: number;
}

const LOCK_SECONDS = 30;
const MOST_DEATHS = 2;
const POLL_MILLISECONDS = 1000;
/** What does not hold a chunk any more is not the worker's to give up: its clips are counted by their own. */
const MOST_STALLS = 1_000_000;

/**
 * Classifies clips of a queue until none is left, into a part of its own. Chunks that a worker which has died was at come
 * back; a row is on the disk before its chunk counts as done. So each clip is classified at least once, and mergeParts
 * leaves one row of it.
 *
 * @throws UserError `not_found` where there is no such job, `settings_differ` where it is for another model;
 *   `queue_unavailable` where the queue is lost; `aborted`; as batch.
 */
export async function work(options: WorkOptions): Promise<Worked> {
  const batch = { ...options, source: options.name };
  checkOptions(batch);
  const connection = await connectQueue(options.queue, options.name);
  try {
    const record = await readRecord(connection);
    if (!record) throw noJob(options.name, connection.place);
    refuseOtherModel(record, options);
    return await withHelpers(batch, async (helpers) => {
      const settings = await settingsOf({ ...batch, source: record.source }, await helpers.model.loaded);
      return writePart({ options, batch, record, connection, helpers, settings });
    });
  } finally {
    await connection.close();
  }
}

interface Job {
  readonly options: WorkOptions;
  readonly batch: BatchOptions;
  readonly record: JobRecord;
  readonly connection: QueueConnection;
  readonly helpers: Helpers;
  readonly settings: BatchSettings;
}

async function writePart(job: Job): Promise<Worked> {
  const { options, settings } = job;
  await makeFolder(options.out).catch((cause: unknown) => Promise.reject(cannotWrite(options.out, cause)));
  const own = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const part = join(options.out, `part-${own}-${settingsDigest(settings)}.jsonl`);
  await writeSettings(settingsPath(part), settings);
  return withScratchFolder(`${part}.scratch`, async (scratch) => {
    const journal = await openJournal(part);
    try {
      const counts = await runWorker(job, { journal, scratch });
      return { part, ...counts };
    } finally {
      await journal.close();
      if (journal.clips === 0) {
        for (const path of [part, settingsPath(part)]) await rm(path, { force: true });
      }
    }
  });
}

async function runWorker(
  job: Job,
  { journal, scratch }: { journal: Journal; scratch: string },
): Promise<{ rows: number; failed: number }> {
  const { options, batch, record, connection, helpers } = job;
  const { lockSeconds = LOCK_SECONDS, mostDeaths = MOST_DEATHS } = options;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const processor = await openProcessor({ options: batch, signal, ...helpers }, scratch);
  const counts = { rows: 0, failed: 0 };
  const process = chunkProcessor({ processor, journal, run: record.run, mostDeaths, counts, stop, signal });
  const { Worker } = await loadPackages();
  const worker = new Worker<Chunk>(options.name, process, {
    connection: connection.redis,
    prefix: PREFIX,
    concurrency: withDefaults(batch).jobs,
    lockDuration: lockSeconds * 1000,
    stalledInterval: lockSeconds * 1000,
    maxStalledCount: MOST_STALLS,
    drainDelay: 1,
  });
  // What is wrong with a connection, watching finds out; a chunk whose lock was lost is another worker's.
  worker.on('error', () => {});
  let isLost = false;
  try {
    await watch(job, { signal, counts });
    return counts;
  } catch (error) {
    isLost = error instanceof UserError && error.code === 'queue_unavailable';
    stop.abort(error);
    throw error;
  } finally {
    // Else chunks under way are given back, for which a lost Redis would be waited for in vain.
    await worker.close(isLost);
    await processor.release();
  }
}

/** Until the job is done. @throws UserError where it is lost, or the run is ended. */
async function watch(
  { options, record, connection }: Job,
  { signal, counts }: { signal: AbortSignal; counts: { readonly rows: number } },
): Promise<void> {
  for (;;) {
    const state = await readState(connection).catch((cause: unknown) => {
      throw cause instanceof UserError && cause.code === 'not_found' ? lost(connection) : cause;
    });
    if (state.record.run !== record.run) throw replaced(connection);
    options.onProgress?.({ ...state, rows: counts.rows });
    if (isDone(state)) return;
    await sleep(POLL_MILLISECONDS, undefined, { signal }).catch(() => {});
    if (options.signal?.aborted) throw interrupted();
    if (signal.aborted) throw isGone(signal.reason) ? lost(connection) : signal.reason;
  }
}

/** BullMQ's word for a chunk that is no more in Redis, though a worker is at it. */
const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === -1;

function refuseOtherModel(record: JobRecord, { bundle, name }: WorkOptions): void {
  const model = modelIdentity(bundle.manifest);
  if (model === record.model) return;
  throw new UserError('settings_differ', {
    problem: `The job ${name} is for the model ${record.model}, and ${bundle.folder} is ${model}.`,
    fix: 'Give all workers the model that the clips were added for.',
  });
}

const lost = ({ queue, place }: QueueConnection) =>
  new UserError('queue_unavailable', {
    problem: `The job ${queue.name} is no more at the Redis at ${place}: it was flushed or has lost its memory. The rows before are kept.`,
    fix: 'Add it again with `clipstep enqueue` and --out, which adds only clips that the parts lack.',
  });

const replaced = ({ queue, place }: QueueConnection) =>
  new UserError('queue_unavailable', {
    problem: `The job ${queue.name} at the Redis at ${place} was added anew meanwhile. The rows before are kept.`,
    fix: 'Start the worker again.',
  });

const interrupted = () =>
  new UserError('aborted', {
    problem: 'Interrupted: what was done is kept, and the clips under way go to other workers.',
    fix: 'Give the same command again to go on.',
  });
