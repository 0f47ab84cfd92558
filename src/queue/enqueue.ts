import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Bundle } from '../bundle/bundle.js';
import type { Skipped } from '../datasets/dataset.js';
import { UserError } from '../errors.js';
import { counted } from '../platform/counted.js';
import { exists } from '../platform/exists.js';
import { IdTable } from '../platform/id-table.js';
import type { BatchClip } from '../predict/batch/batch-clip.js';
import { modelIdentity } from '../predict/batch/batch-settings.js';
import { findAll, kindOf } from '../predict/batch/find-all.js';
import { clipIdOf, isFinal } from '../predict/batch/row.js';
import { findParts } from '../predict/merge/find-parts.js';
import { openPart } from '../predict/merge/part.js';
import type { Chunk } from './chunk.js';
import { connectQueue, type QueueConnection } from './connect-queue.js';
import { forgetRecord, isDone, readRecord, readState, writeRecord } from './job-record.js';

export interface EnqueueOptions {
  readonly bundle: Bundle;
  /** Folder with clips below it, a manifest (CSV), or a file of texts, as of a batch. */
  readonly source: string;
  /** Address of a Redis. */
  readonly queue: string;
  /** What the job is called. */
  readonly name: string;
  /** Folder of the parts that workers write: clips with a row there are left out. */
  readonly out?: string | undefined;
  /** Clips that a worker takes at once; 8 when absent. */
  readonly chunkClips?: number | undefined;
  readonly encoding?: string | undefined;
  readonly followLinks?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Enqueued {
  readonly clips: number;
  readonly chunks: number;
  /** Clips that have a row already. */
  readonly kept: number;
  readonly skipped: readonly Skipped[];
}

const CHUNK_CLIPS = 8;
/** Chunks that are sent to Redis at once. */
const CHUNKS_SENT = 100;
/** A chunk is tried again whenever a worker gives it back; what a clip does to its workers is counted elsewhere. */
const MOST_ATTEMPTS = 1_000_000;

/**
 * Puts clips onto a queue, for workers to classify. A job of the same name that is done, or that was not added whole, is
 * replaced.
 *
 * @throws UserError `usage` where the job is still worked on; `queue_unavailable`, `aborted`; as listClips, listTexts and
 *   openPart.
 */
export async function enqueue(options: EnqueueOptions): Promise<Enqueued> {
  const { signal = new AbortController().signal } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'clipstep-enqueue-'));
  try {
    const found = await findAll({ ...options, shard: undefined }, { scratch, signal });
    const finished = await finishedIn(options.out);
    const connection = await connectQueue(options.queue, options.name);
    try {
      await beginAnew(connection);
      const added = await addAll(connection, { options, clips: found.clips, finished, signal });
      return { ...added, skipped: found.skipped };
    } finally {
      await connection.close();
      await found.clips.release();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Ids of the clips that have a row which would be the same again. */
async function finishedIn(folder: string | undefined): Promise<IdTable> {
  const finished = new IdTable();
  if (folder === undefined || !(await exists(folder))) return finished;
  for (const path of await findParts([folder], { mayBeNone: true })) {
    const part = await openPart(path);
    for await (const row of part.rows(() => {})) if (isFinal(row)) finished.set(clipIdOf(row), 1);
  }
  return finished;
}

async function beginAnew(connection: QueueConnection): Promise<void> {
  const { queue, place } = connection;
  const record = await readRecord(connection);
  const state = record && (await readState(connection));
  if (state?.record.state === 'complete' && !isDone(state)) {
    const left = counted(state.waiting + state.active, 'chunk');
    throw new UserError('usage', {
      problem: `The job ${queue.name} at ${place} is not done: ${left} of it are left.`,
      fix: 'Start workers (clipstep work) until it is done, or give another --name.',
    });
  }
  await forgetRecord(connection);
  await queue.obliterate({ force: true });
}

async function addAll(
  connection: QueueConnection,
  adding: {
    options: EnqueueOptions;
    clips: AsyncIterable<BatchClip>;
    finished: IdTable;
    signal: AbortSignal;
  },
): Promise<Omit<Enqueued, 'skipped'>> {
  const { options, clips, finished, signal } = adding;
  const { bundle, source, chunkClips = CHUNK_CLIPS } = options;
  const run = randomUUID();
  await writeRecord(connection, {
    run,
    state: 'adding',
    clips: 0,
    chunkClips,
    source: resolve(source),
    kind: kindOf(bundle),
    model: modelIdentity(bundle.manifest),
    startedAt: new Date().toISOString(),
  });
  const counts = { clips: 0, chunks: 0, kept: 0 };
  let chunks: Chunk[] = [];
  let chunk: BatchClip[] = [];
  const cut = () => {
    if (chunk.length > 0) chunks.push({ run, clips: chunk, deaths: {} });
    chunk = [];
  };
  for await (const clip of clips) {
    if (signal.aborted) throw interrupted();
    if (finished.get(clip.id) !== undefined) counts.kept += 1;
    else {
      chunk.push(clip);
      counts.clips += 1;
    }
    if (chunk.length === chunkClips) cut();
    if (chunks.length < CHUNKS_SENT) continue;
    counts.chunks += await send(connection, chunks);
    chunks = [];
  }
  cut();
  counts.chunks += await send(connection, chunks);
  await writeRecord(connection, { state: 'complete', clips: counts.clips });
  return counts;
}

async function send({ queue, place }: QueueConnection, chunks: readonly Chunk[]): Promise<number> {
  const opts = { attempts: MOST_ATTEMPTS, removeOnComplete: true };
  try {
    await queue.addBulk(chunks.map((data) => ({ name: 'chunk', data, opts })));
  } catch (cause) {
    throw new UserError('queue_unavailable', {
      problem: `The Redis at ${place} did not take the clips: ${cause instanceof Error ? cause.message : cause}.`,
      fix: 'Give it more memory where it is full, and give the same command again: it begins anew.',
      cause,
    });
  }
  return chunks.length;
}

const interrupted = () =>
  new UserError('aborted', {
    problem: 'Interrupted: not all clips are on the queue.',
    fix: 'Give the same command again: it begins anew.',
  });
