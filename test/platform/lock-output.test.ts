import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { whileLocked } from '../../src/platform/lock-output.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-lock-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

it('lets one run write to an output, refuses another meanwhile, and takes the lock away after it', async () => {
  const out = join(root, 'model');
  const second = await whileLocked(out, {
    signal: undefined,
    work: () => whileLocked(out, { signal: undefined, work: async () => 'both' }).catch((error) => error),
  });
  expect(second).toMatchObject({ code: 'locked', problem: expect.stringContaining(out) });
  expect(await readdir(root)).toEqual([]);
});

it('hands on the signal of the caller, and what the work throws', async () => {
  const interruption = new AbortController();
  const failed = whileLocked(join(root, 'model'), {
    signal: interruption.signal,
    work: async (signal) => {
      interruption.abort();
      throw new Error(`aborted: ${signal.aborted}`);
    },
  });
  await expect(failed).rejects.toThrow('aborted: true');
  expect(await readdir(root)).toEqual([]);
});
