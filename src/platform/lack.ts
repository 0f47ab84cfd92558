import { UserError } from '../errors.js';
import { tellsOfLackOfMemory } from './lack-of-memory.js';

/** What a machine can have too little of. */
export type Lack = 'handles' | 'memory' | 'room';

const LACKS: ReadonlyMap<unknown, Lack> = new Map([
  ['EMFILE', 'handles'],
  ['ENFILE', 'handles'],
  ['ENOMEM', 'memory'],
  ['EAGAIN', 'memory'],
  ['ERR_WORKER_OUT_OF_MEMORY', 'memory'],
  ['ENOSPC', 'room'],
  ['EDQUOT', 'room'],
]);

/** What the machine lacks where that is the cause of an error, in whatever way it came out; null for other causes. */
export function lackOf(thrown: unknown): Lack | null {
  let isOfInput = false;
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) {
    const lack = 'code' in cause ? LACKS.get(cause.code) : undefined;
    if (lack) return lack;
    isOfInput ||= cause instanceof UserError;
    if (isOfInput ? REFUSED_THREAD.test(cause.message) : tellsOfLackOfMemory(cause.message)) return 'memory';
  }
  return null;
}

/** What a damaged file never causes. Decoders ask for memory by what it says of itself, which may be more than there is. */
const REFUSED_THREAD = /creating thread|resource temporarily unavailable/i;

/** What can be had; null where it cannot. @throws what comes of a lack: the next attempt may succeed. */
export const unlessUnavailable = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: unknown) => {
    if (lackOf(error)) throw error;
    return null;
  });
