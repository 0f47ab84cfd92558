import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WorkerThread } from '../../src/platform/threads/worker-thread.js';
import type { PaceCalls, PaceStart } from '../../src/studio/pace-thread.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

const TIMESTEPS = 3;
const clip = { pixels: new Uint8Array(TIMESTEPS * 96 * 96 * 3), timesteps: TIMESTEPS, classes: 2 };
const start: PaceStart = { pipeline: tinyPipeline, clip };

it('measures what a training is made of, in a thread that has threads of its own', async () => {
  const thread = new WorkerThread<PaceCalls>('pace-thread');
  const { encode, step } = await thread.call('measure', start);
  expect(encode).toBeGreaterThan(0);
  expect(step).toBeGreaterThan(0);
  await thread.end();
});

it('ends whatever it is at, with its own threads', async () => {
  for (const milliseconds of [0, 50, 100, 150, 200, 300]) {
    const thread = new WorkerThread<PaceCalls>('pace-thread');
    const measured = thread.call('measure', start).catch((error: Error) => error.message);
    await sleep(milliseconds);
    await thread.end();
    // Slower machines load, faster ones may have measured.
    expect(await measured).toEqual(
      expect.toBeOneOf([expect.stringMatching('ended'), expect.objectContaining({})]),
    );
  }
});
