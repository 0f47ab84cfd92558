import { expect, it } from 'vitest';
import type { FrameRun } from '../../src/inputs/video/stream-pictures.js';
import { type SharedEncoder, shareEncoders } from '../../src/predict/shared-encoder.js';

const loaded = Promise.resolve();

/** Doubles each frame's two bytes, and remembers how many frames each run had. */
function doubling() {
  const runs: number[] = [];
  const encode = async ({ pixels }: FrameRun) => {
    runs.push(pixels.length / 2);
    return Float32Array.from(pixels, (byte) => 2 * byte);
  };
  return { runs, encode };
}

/** As two clips would that take turns: the features of frames, which come as fast as they are taken. */
async function encodeAll(shared: SharedEncoder, frames: readonly Uint8Array[]): Promise<Float32Array[]> {
  const shares = [shared.join(), shared.join()];
  const features = frames.map((frame, index) => shares[index % 2]!.encode({ pixels: frame }));
  for (const { leave } of shares) leave();
  return Promise.all(features);
}

it('fills runs with frames of several clips, and gives each frame its own features', async () => {
  const { runs, encode } = doubling();
  const shared = shareEncoders({ encoders: [encode], loaded });
  const frames = Array.from({ length: 19 }, (_, index) => Uint8Array.of(index, 100 + index));
  const features = await encodeAll(shared, frames);
  expect(features.map((values) => [...values])).toEqual(frames.map(([one, other]) => [2 * one!, 2 * other!]));
  expect(runs).toEqual([4, 4, 4, 4, 3]);
});

it('tells each clip when the encoder fails, and goes on', async () => {
  const { encode } = doubling();
  let isBroken = true;
  const breaking = (frames: FrameRun) => (isBroken ? Promise.reject(new Error('broken')) : encode(frames));
  const shared = shareEncoders({ encoders: [breaking], loaded });
  const share = shared.join();
  const failing = await Promise.allSettled([
    share.encode({ pixels: Uint8Array.of(1, 2) }),
    share.encode({ pixels: Uint8Array.of(3, 4) }),
    share.encode({ pixels: Uint8Array.of(5, 6) }),
    share.encode({ pixels: Uint8Array.of(7, 8) }),
  ]);
  expect(failing.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  isBroken = false;
  const next = share.encode({ pixels: Uint8Array.of(9, 10) });
  share.leave();
  expect([...(await next)]).toEqual([18, 20]);
});

it('waits for the frames of clips that have more, and for none of a clip alone', async () => {
  const { runs, encode } = doubling();
  const shared = shareEncoders({ encoders: [encode], loaded });
  await loaded;
  const [one, other] = [shared.join(), shared.join()];
  const features = [
    one.encode({ pixels: Uint8Array.of(1, 2) }),
    other.encode({ pixels: Uint8Array.of(3, 4) }),
  ];
  expect(runs).toEqual([]);
  other.leave();
  // At once, before any timer could have run.
  expect(runs).toEqual([2]);
  expect((await Promise.all(features)).flatMap((values) => [...values])).toEqual([2, 4, 6, 8]);
  const last = one.encode({ pixels: Uint8Array.of(5, 6) });
  expect(runs).toEqual([2, 1]);
  expect([...(await last)]).toEqual([10, 12]);
});

it('does not keep the last frames of a clip for one that gives none', async () => {
  const { runs, encode } = doubling();
  const shared = shareEncoders({ encoders: [encode], loaded });
  shared.join();
  const share = shared.join();
  const features = share.encode({ pixels: Uint8Array.of(1, 2) });
  share.leave();
  expect([...(await features)]).toEqual([2, 4]);
  expect(runs).toEqual([1]);
});

it('gathers frames until the model is loaded', async () => {
  const { runs, encode } = doubling();
  let isLoaded = () => {};
  const loading = new Promise<void>((resolve) => {
    isLoaded = resolve;
  });
  const share = shareEncoders({ encoders: [encode], loaded: loading }).join();
  const features = Array.from({ length: 6 }, (_, index) =>
    share.encode({ pixels: Uint8Array.of(index, index) }),
  );
  share.leave();
  expect(runs).toEqual([]);
  isLoaded();
  await Promise.all(features);
  expect(runs).toEqual([4, 2]);
});
