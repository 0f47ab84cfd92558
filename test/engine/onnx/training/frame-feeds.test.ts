import { describe, expect, it } from 'vitest';
import {
  inParts,
  paddedFrames,
  padRows,
  placeFeatures,
  takeFeatures,
  validFrames,
} from '../../../../src/engine/onnx/training/frame-feeds.js';
import type { FrameBatch } from '../../../../src/inputs/batches.js';

/** Frames of one pixel, whose channels all have the frame's number; 99 where there is none. */
const batch: FrameBatch = {
  kind: 'frames',
  data: pixels(1, 2, 3, 4, 99, 99, 5, 6, 99),
  lengths: Int32Array.of(3, 1, 2),
  timesteps: 3,
};

function pixels(...frames: number[]): Uint8Array {
  return Uint8Array.from(frames.flatMap((frame) => [frame, frame, frame]));
}

describe('the frames of a batch', () => {
  it('are filled up with zeros, at the end of each sequence and after the last', () => {
    const { data, shape } = paddedFrames(batch, { batch: 4, timesteps: 4 });
    expect(shape).toEqual([16, 1, 1, 3]);
    expect(data).toEqual(pixels(1, 2, 3, 0, 4, 0, 0, 0, 5, 6, 0, 0, 0, 0, 0, 0));
  });

  it('are taken as they are where nothing is to be filled up', () => {
    expect(paddedFrames(batch, { batch: 3, timesteps: 3 }).data).toBe(batch.data);
  });

  it('go through the encoder in parts of one size without those that are none', () => {
    const parts = inParts(validFrames(batch), 4);
    expect(parts.map(({ data }) => Uint8Array.from(data))).toEqual([pixels(1, 2, 3, 4), pixels(5, 6, 0, 0)]);
    expect(parts.map(({ shape }) => shape)).toEqual([4, 4].map((frames) => [frames, 1, 1, 3]));
  });
});

describe('features of parts', () => {
  // Two of each frame.
  const parts = [Float32Array.of(1, -1, 2, -2, 3, -3, 4, -4), Float32Array.of(5, -5, 6, -6, 77, 77, 77, 77)];
  const placed = Float32Array.of(1, -1, 2, -2, 3, -3, 4, -4, 0, 0, 0, 0, 5, -5, 6, -6, 0, 0);

  it('come to their places in the batch, with zeros elsewhere', () => {
    expect(placeFeatures(parts, batch, 2)).toEqual({ data: placed, shape: [3, 3, 2] });
  });

  it('are taken from there again, with zeros for what a part is filled up with', () => {
    const taken = takeFeatures(placed, batch, { width: 2, framesPerPart: 4 });
    expect(taken.map(({ shape }) => shape)).toEqual([
      [4, 2],
      [4, 2],
    ]);
    expect(taken.map(({ data }) => data)).toEqual([parts[0], Float32Array.of(5, -5, 6, -6, 0, 0, 0, 0)]);
  });
});

describe('rows of a feed', () => {
  it.each([Float32Array, Int32Array, Uint8Array])('are filled up with zeros of their type: %o', (Type) => {
    const feed = { data: Type.of(1, 2, 3, 4), shape: [2, 2] };
    expect(padRows(feed, 3)).toEqual({ data: Type.of(1, 2, 3, 4, 0, 0), shape: [3, 2] });
    expect(padRows(feed, 2).data).toBe(feed.data);
  });
});
