import { expect, it } from 'vitest';
import type { FrameRun } from '../../../src/inputs/video/stream-pictures.js';
import { LatestFrames } from '../../../src/predict/live/latest-frames.js';

/** An encoder that gives each frame's byte, when it is told to. */
function heldEncoder() {
  const runs: Array<() => void> = [];
  const encode = ({ pixels }: FrameRun) =>
    new Promise<Float32Array>((resolve) => {
      runs.push(() => resolve(Float32Array.from(pixels)));
    });
  return { encode, next: () => runs.shift()!(), runs };
}

const frame = (value: number) => ({ pixels: Uint8Array.of(value) });
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('begins at once with a frame, and encodes those that come meanwhile together', async () => {
  const { encode, next, runs } = heldEncoder();
  const latest = new LatestFrames(encode, { capacity: 8 });
  const features = [1, 2, 3].map((value) => latest.encode(frame(value)));
  expect(runs).toHaveLength(1);
  next();
  await settled();
  expect(runs).toHaveLength(1);
  next();
  expect((await Promise.all(features)).map((each) => [...each!])).toEqual([[1], [2], [3]]);
  expect(latest.dropped).toBe(0);
});

it('drops the oldest frames that wait when more come than it can encode, and counts them', async () => {
  const { encode, next } = heldEncoder();
  const latest = new LatestFrames(encode, { capacity: 2 });
  const features = [1, 2, 3, 4, 5].map((value) => latest.encode(frame(value)));
  next();
  await settled();
  next();
  expect((await Promise.all(features)).map((each) => each && [...each])).toEqual([[1], null, null, [4], [5]]);
  expect(latest.dropped).toBe(2);
});

it('makes whoever can wait wait until none waits', async () => {
  const { encode, next } = heldEncoder();
  const latest = new LatestFrames(encode, { capacity: 4 });
  for (const value of [1, 2, 3, 4]) void latest.encode(frame(value));
  let isIdle = false;
  const waiting = latest.idle().then(() => {
    isIdle = true;
  });
  await settled();
  expect(isIdle).toBe(false);
  next();
  await waiting;
  expect(latest.dropped).toBe(0);
});

it('reports an encoder that fails', async () => {
  const latest = new LatestFrames(() => Promise.reject(new Error('broken')), { capacity: 4 });
  await expect(latest.encode(frame(1))).rejects.toThrow('broken');
});
