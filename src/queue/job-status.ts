import { connectQueue } from './connect-queue.js';
import { isDone, readState } from './job-record.js';

export interface JobStatus {
  readonly name: string;
  /** What was listed. */
  readonly source: string;
  readonly model: string;
  readonly startedAt: string;
  /** Whether all clips are on the queue. */
  readonly isAdded: boolean;
  readonly isDone: boolean;
  /** Clips of the job; those before it that had a row already do not count. */
  readonly clips: number;
  /** Clips that are left, up to those that workers are at. */
  readonly left: number;
  readonly chunks: { readonly waiting: number; readonly active: number; readonly failed: number };
  readonly workers: number;
}

/** How far a job on a queue is, over all its workers. @throws UserError `not_found`, `queue_unavailable`, `usage`. */
export async function jobStatus(options: { queue: string; name: string }): Promise<JobStatus> {
  const connection = await connectQueue(options.queue, options.name);
  try {
    const state = await readState(connection);
    const { record, waiting, active, failed } = state;
    return {
      name: options.name,
      source: record.source,
      model: record.model,
      startedAt: record.startedAt,
      isAdded: record.state === 'complete',
      isDone: isDone(state),
      clips: record.clips,
      left: Math.min(record.clips, (waiting + active) * record.chunkClips),
      chunks: { waiting, active, failed },
      workers: await connection.queue.getWorkersCount(),
    };
  } finally {
    await connection.close();
  }
}
