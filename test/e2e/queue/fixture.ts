import { afterAll, beforeAll } from 'vitest';
import { clipstep } from '../../support/cli.js';
import { startRedis, type TestRedis } from '../../support/redis.js';

/** A Redis that is there while the tests of a file run, and the commands that work with a job on it. */
export function useQueue() {
  const queue = { address: '' };
  let redis: TestRedis | undefined;
  beforeAll(async () => {
    redis = await startRedis();
    queue.address = redis.address;
  });
  afterAll(() => redis?.release());
  const jobOf = (name: string) => ['--queue', queue.address, '--name', name];
  return {
    queue,
    jobOf,
    enqueue: (source: string, name: string, args: readonly string[]) =>
      clipstep(['enqueue', source, ...jobOf(name), ...args]),
    status: async (name: string) => {
      const { stdout } = await clipstep(['status', ...jobOf(name), '--json']);
      return JSON.parse(stdout);
    },
  };
}
