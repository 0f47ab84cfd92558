import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageOf, UserError } from '../errors.js';
import type { Chunk } from './chunk.js';

/** A queue on a Redis. */
export interface QueueConnection {
  readonly redis: Redis;
  readonly queue: Queue<Chunk>;
  /** Where the Redis is, without a password. */
  readonly place: string;
  /** Closing twice is harmless. */
  close(): Promise<void>;
}

/** Under which all keys in Redis begin. */
export const PREFIX = 'clipstep';

/** A Redis that is away is waited for so long: 20 attempts, 30 s together. */
const MOST_ATTEMPTS = 20;
const LONGEST_PAUSE_MILLISECONDS = 2000;
const CONNECT_MILLISECONDS = 10_000;

/**
 * Connects to the queue of a job.
 *
 * @param address such as `redis://host:6379`, or `rediss://` over TLS.
 * @throws UserError `usage` for what is no such address or name; `queue_unavailable` where BullMQ is not installed, or
 *   Redis does not answer, is full, or may throw work away.
 */
export async function connectQueue(address: string, name: string): Promise<QueueConnection> {
  const place = placeOf(address);
  refuseName(name);
  const { Queue, Redis } = await loadPackages();
  const redis = new Redis(address, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_MILLISECONDS,
    retryStrategy: (times) =>
      times > MOST_ATTEMPTS ? null : Math.min(times * 200, LONGEST_PAUSE_MILLISECONDS),
  });
  let latest: unknown;
  redis.on('error', (error) => {
    latest = error;
  });
  try {
    await redis.connect();
    await refuseUnsafe(redis, place);
  } catch (cause) {
    redis.disconnect();
    if (cause instanceof UserError) throw cause;
    throw unreachable(place, latest ?? cause);
  }
  const queue = new Queue<Chunk>(name, { connection: redis, prefix: PREFIX });
  queue.on('error', () => {});
  const close = async () => {
    await queue.close().catch(() => {});
    redis.disconnect();
  };
  return { redis, queue, place, close };
}

/** What is used of them. */
interface Packages {
  readonly Queue: typeof import('bullmq').Queue;
  readonly Worker: typeof import('bullmq').Worker;
  readonly Redis: typeof import('ioredis').Redis;
}

/** BullMQ and what speaks with Redis are optional dependencies. */
export async function loadPackages(): Promise<Packages> {
  try {
    const [{ Queue, Worker }, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { Queue, Worker, Redis };
  } catch (cause) {
    throw new UserError('queue_unavailable', {
      problem: `Work on a queue needs the packages bullmq and ioredis, which are not installed: ${messageOf(cause).split('\n')[0]}.`,
      fix: 'npm install bullmq ioredis',
      cause,
    });
  }
}

function placeOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url && /^rediss?:$/.test(url.protocol) && url.hostname !== '') return `${url.protocol}//${url.host}`;
  throw new UserError('usage', {
    problem: '--queue is no address of a Redis.',
    fix: 'Give one such as redis://localhost:6379, or rediss://:PASSWORD@HOST:6380 over TLS.',
  });
}

function refuseName(name: string): void {
  if (/^[\w.-]{1,100}$/.test(name)) return;
  throw new UserError('usage', {
    problem: `${name} cannot be a job's name.`,
    fix: 'Take letters, digits, dots, hyphens and underscores.',
  });
}

/** Work must not be thrown away in silence: an evicted chunk would be missing in the results. */
async function refuseUnsafe(redis: Redis, place: string): Promise<void> {
  const memory = new Map(
    (await redis.info('memory'))
      .split(/\r?\n/)
      .map((line) => line.split(':') as [string, string | undefined]),
  );
  const policy = memory.get('maxmemory_policy');
  const [used, most] = [Number(memory.get('used_memory')), Number(memory.get('maxmemory'))];
  if (most > 0 && used >= most) {
    throw new UserError('queue_unavailable', {
      problem: `The Redis at ${place} is full: it has ${used} bytes, and may have ${most}.`,
      fix: 'Raise its maxmemory, or use one with room.',
    });
  }
  if (policy === undefined || policy === 'noeviction') return;
  throw new UserError('queue_unavailable', {
    problem: `The Redis at ${place} throws keys away when it is full (maxmemory-policy ${policy}), and clips of the queue with them.`,
    fix: 'Set it: redis-cli config set maxmemory-policy noeviction; or use another Redis.',
  });
}

export function unreachable(place: string, cause: unknown): UserError {
  return new UserError('queue_unavailable', {
    problem: `The Redis at ${place} does not answer: ${reasonOf(cause)}.`,
    fix: 'See whether it runs there, and whether its password is right.',
    cause,
  });
}

/** Where a name has several addresses, each one's failure is in an AggregateError without a message. */
const reasonOf = (cause: unknown): string =>
  cause instanceof AggregateError ? cause.errors.map(messageOf).join('; ') : messageOf(cause);
