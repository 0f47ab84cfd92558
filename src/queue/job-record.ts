import * as z from 'zod';
import { UserError } from '../errors.js';
import { CLIP_KINDS } from '../predict/batch/batch-clip.js';
import { PREFIX, type QueueConnection, unreachable } from './connect-queue.js';

/** What Redis knows of a job, beside its chunks. */
const recordSchema = z.object({
  /** Tells it from earlier jobs of the same name. */
  run: z.string(),
  /** Until it is `complete`, there are more clips to come. */
  state: z.enum(['adding', 'complete']),
  clips: z.coerce.number(),
  chunkClips: z.coerce.number(),
  source: z.string(),
  kind: z.enum(CLIP_KINDS),
  /** As modelIdentity gives it: workers must have the same. */
  model: z.string(),
  startedAt: z.string(),
});

export type JobRecord = z.infer<typeof recordSchema>;

const keyOf = (name: string): string => `${PREFIX}:${name}:job`;

export async function writeRecord(
  { redis, queue }: QueueConnection,
  changes: Partial<JobRecord>,
): Promise<void> {
  await redis.hset(keyOf(queue.name), changes);
}

export async function forgetRecord({ redis, queue }: QueueConnection): Promise<void> {
  await redis.del(keyOf(queue.name));
}

/** Null where there is no such job. */
export async function readRecord({ redis, queue }: QueueConnection): Promise<JobRecord | null> {
  const parsed = recordSchema.safeParse(await redis.hgetall(keyOf(queue.name)));
  return parsed.success ? parsed.data : null;
}

/** How far a job is. */
export interface JobState {
  readonly record: JobRecord;
  /** Chunks that wait, and those that a worker is at. */
  readonly waiting: number;
  readonly active: number;
  /** Chunks that failed for good, which none should. */
  readonly failed: number;
}

/** A Redis that does not answer for so long is lost. */
const LONGEST_WAIT_MILLISECONDS = 40_000;

/** @throws UserError `queue_unavailable` where Redis does not answer; `not_found` where there is no such job. */
export async function readState(connection: QueueConnection): Promise<JobState> {
  const { queue, place } = connection;
  const record = await inTime(readRecord(connection), place);
  if (!record) throw noJob(queue.name, place);
  const counts = await inTime(
    queue.getJobCounts('wait', 'active', 'delayed', 'prioritized', 'failed'),
    place,
  );
  const { wait = 0, delayed = 0, prioritized = 0, active = 0, failed = 0 } = counts;
  return { record, waiting: wait + delayed + prioritized, active, failed };
}

/** Whether all clips were added, and no chunk is left. */
export const isDone = ({ record, waiting, active }: JobState): boolean =>
  record.state === 'complete' && waiting + active === 0;

async function inTime<T>(work: Promise<T>, place: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(unreachable(place, new Error('it is silent')));
    timer = setTimeout(fail, LONGEST_WAIT_MILLISECONDS);
  });
  return Promise.race([work, late])
    .catch((cause: unknown) => Promise.reject(cause instanceof UserError ? cause : unreachable(place, cause)))
    .finally(() => clearTimeout(timer));
}

export function noJob(name: string, place: string): UserError {
  return new UserError('not_found', {
    problem: `The Redis at ${place} has no job ${name}.`,
    fix: `Add it first: clipstep enqueue SOURCE --queue ${place} --name ${name}`,
  });
}
