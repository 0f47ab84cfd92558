import { expect, it } from 'vitest';
import { shareEncoders } from '../../../src/run/batch/shared-encoder.js';

/** Doubles each frame's two bytes, and remembers how many frames each run had. */
function doubling() {
  const runs: number[] = [];
  const encode = async (frames: Uint8Array) => {
    runs.push(frames.length / 2);
    return Float32Array.from(frames, (byte) => 2 * byte);
  };
  return { runs, encode };
}

it('fills runs with frames of several clips, and gives each frame its own features', async () => {
  const { runs, encode } = doubling();
  const shared = shareEncoders([encode]);
  const frames = Array.from({ length: 19 }, (_, index) => Uint8Array.of(index, 100 + index));
  const features = await Promise.all(frames.map((frame) => shared.encode(frame)));
  expect(features.map((values) => [...values])).toEqual(frames.map(([one, other]) => [2 * one!, 2 * other!]));
  expect(runs).toEqual([4, 4, 4, 4, 3]);
});

it('tells each clip when the encoder fails, and goes on', async () => {
  const { encode } = doubling();
  let isBroken = true;
  const shared = shareEncoders([
    (frames) => (isBroken ? Promise.reject(new Error('broken')) : encode(frames)),
  ]);
  const failing = await Promise.allSettled([
    shared.encode(Uint8Array.of(1, 2)),
    shared.encode(Uint8Array.of(3, 4)),
  ]);
  expect(failing.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect([...(await shared.encode(Uint8Array.of(5, 6)))]).toEqual([10, 12]);
});
