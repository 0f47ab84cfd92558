import { describe, expect, test } from 'vitest';
import { type PlanChoice, planDecode } from '../../../src/media/video/decode-plan.js';
import { leastDecoded, previousKeyframe } from '../../../src/media/video/keyframes.js';
import type { StoredFrames } from '../../../src/media/video/mp4/samples.js';
import type { FrameIndex } from '../../../src/media/video/packet-index.js';

/** A clip of 25 frames a second with a keyframe every so many. */
function clip(frames: number, keyframeEvery: number, changes: Partial<FrameIndex> = {}): FrameIndex {
  const positions = Float64Array.from({ length: frames }, (_, frame) => frame / 25);
  return {
    kind: 'stamped',
    positions,
    timeline: {
      startSeconds: positions,
      isKeyframe: Array.from(positions, (_, frame) => frame % keyframeEvery === 0),
      durationSeconds: frames / 25,
    },
    isReordered: true,
    codedPositions: null,
    ...changes,
  };
}

/** Frames at the centres of equal spans, as uniform sampling takes them. */
const centres = (frames: number, count: number) =>
  Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) / count) * frames));

const plan = (index: FrameIndex, wanted: readonly number[], choice: PlanChoice, megapixels = 2) =>
  planDecode(index, wanted, { choice, megapixels, stored: null });

/** The same of an ordinary MP4 file that stores its frames in the order in which they are shown. */
function planOfMp4(index: FrameIndex, wanted: readonly number[], choice: PlanChoice) {
  const { isKeyframe } = index.timeline;
  const count = isKeyframe.length;
  const stored: StoredFrames = {
    sampleTicks: 1,
    shiftTicks: 0,
    trackId: 1,
    codec: { kind: 'h264', lengthBytes: 4 },
    offsets: new Int32Array(count),
    isKeyframe: Uint8Array.from(isKeyframe, Number),
    starts: Float64Array.from(isKeyframe.keys()),
    sizes: new Uint32Array(count).fill(1),
    samplesInOrderShown: Uint32Array.from(isKeyframe.keys()),
    boxes: { mvhd: none, tkhd: none, mdhd: none, hdlr: none, dinf: none, stsd: none },
  };
  return planDecode(index, wanted, { choice, megapixels: 2, stored });
}

const none = Buffer.alloc(0);

describe('the quickest plan', () => {
  test('of a short clip is to decode it whole', () => {
    expect(plan(clip(50, 12), centres(50, 16), 'quick', 0.2)).toMatchObject({
      kind: 'whole',
      passes: [{ startFrame: 0, frames: centres(50, 16) }],
    });
  });

  test('of a long clip is its keyframes where they lie closer than the wanted frames', () => {
    const { kind, passes } = plan(clip(1500, 48), centres(1500, 16), 'quick');
    expect(kind).toBe('keyframes');
    const frames = passes.flatMap((pass) => pass.frames);
    expect(frames.every((frame) => frame % 48 === 0)).toBe(true);
    expect(new Set(frames).size).toBe(16);
    frames.forEach((frame, index) => {
      expect(Math.abs(frame - centres(1500, 16)[index]!)).toBeLessThanOrEqual(24);
    });
  });

  test('is of keyframes and frames soon after them where every second wanted frame has a keyframe near', () => {
    const wanted = centres(1500, 16);
    const { kind, passes } = plan(clip(1500, 125), wanted, 'quick');
    expect(kind).toBe('nearby');
    const frames = passes.flatMap((pass) => pass.frames);
    expect(new Set(frames).size).toBe(16);
    expect(frames.filter((frame) => frame % 125 === 0)).toHaveLength(12);
    frames.forEach((frame, index) => {
      expect(Math.abs(frame - wanted[index]!)).toBeLessThanOrEqual(94 / 2);
    });
  });

  test('passes over frames that no other depends on where keyframes are rare', () => {
    expect(plan(clip(1500, 250), centres(1500, 16), 'quick').kind).toBe('reference-only');
    const inOrder = clip(1500, 250, { isReordered: false });
    expect(plan(inOrder, centres(1500, 16), 'quick').kind).not.toBe('reference-only');
  });

  test('gives the wanted frames themselves where others would save less than a second', () => {
    expect(plan(clip(50, 4), centres(50, 8), 'keyframes', 0.9).kind).toBe('keyframes');
    expect(plan(clip(50, 4), centres(50, 8), 'quick', 0.9).kind).toBe('whole');
  });

  test('is to seek where few frames of a long clip are wanted', () => {
    const { kind, passes } = plan(clip(15_000, 250), [3010, 9010], 'quick');
    expect({ kind, passes }).toEqual({
      kind: 'seeks',
      passes: [
        { startFrame: 3000, frames: [3010], reach: 0 },
        { startFrame: 9000, frames: [9010], reach: 0 },
      ],
    });
  });
});

describe('of an ordinary MP4 file', () => {
  test('no more is handed over than wanted frames depend on', () => {
    const { kind, passes } = planOfMp4(clip(1500, 50), [60, 70, 149, 700], 'exact');
    expect(kind).toBe('excerpt');
    expect(passes).toMatchObject([{ frames: [60, 70, 149, 700], reach: 0 }]);
    expect(passes[0]!.samples).toEqual({
      ranges: [
        { first: 50, last: 70 },
        { first: 100, last: 149 },
        { first: 700, last: 700 },
      ],
      wanted: new Set([60, 70, 149, 700]),
    });
  });

  test('only the keyframes that are taken are handed over', () => {
    const { kind, passes } = planOfMp4(clip(1500, 48), centres(1500, 16), 'quick');
    expect(kind).toBe('keyframes');
    expect(passes[0]!.samples!.wanted.size).toBe(16);
    expect(passes[0]!.samples!.ranges).toEqual(
      passes[0]!.frames.map((frame) => ({ first: frame, last: frame })),
    );
  });

  test('frames between keyframes are taken as early as they may be', () => {
    const { kind, passes } = planOfMp4(clip(1500, 250), centres(1500, 16), 'quick');
    expect(kind).toBe('nearby');
    expect(passes[0]!.frames.slice(0, 6)).toEqual([0, 93, 250, 281, 375, 500]);
    expect(passes[0]!.samples!.ranges.slice(0, 3)).toEqual([
      { first: 0, last: 93 },
      { first: 250, last: 375 },
      { first: 500, last: 657 },
    ]);
  });

  test('all is decoded where all is wanted, and where it is not known which sample shows which frame', () => {
    const every = Array.from({ length: 50 }, (_, frame) => frame);
    expect(planOfMp4(clip(50, 12), every, 'exact').kind).toBe('whole');
    const index = clip(50, 12);
    const fewer = { ...index, positions: index.positions.slice(1) };
    expect(planOfMp4(fewer, [40], 'excerpt').kind).toBe('whole');
  });
});

describe('the quickest exact plan', () => {
  test('gives the wanted frames and no others', () => {
    for (const keyframeEvery of [1, 12, 48, 250, 2000]) {
      for (const wanted of [centres(1500, 16), [700], [3, 3, 1499]]) {
        const { kind, passes } = plan(clip(1500, keyframeEvery), wanted, 'exact');
        expect(kind).not.toBe('reference-only');
        expect(passes.flatMap((pass) => pass.frames)).toEqual(wanted);
      }
    }
  });

  test('begins each pass at a keyframe, and runs on where that costs less than another seek', () => {
    const { kind, passes } = plan(clip(15_000, 50), [1010, 1040, 1060, 9010], 'exact');
    expect({ kind, passes }).toEqual({
      kind: 'seeks',
      passes: [
        { startFrame: 1000, frames: [1010, 1040, 1060], reach: 0 },
        { startFrame: 9000, frames: [9010], reach: 0 },
      ],
    });
  });

  test('is of keyframes alone when these are what is wanted', () => {
    expect(plan(clip(1500, 48), [0, 48, 96, 144], 'exact').kind).toBe('keyframes');
    expect(plan(clip(1500, 48), [0, 48, 97, 144], 'exact').kind).not.toBe('keyframes');
  });
});

test('frames that are counted need the whole clip', () => {
  for (const choice of ['quick', 'exact', 'seeks', 'keyframes', 'nearby', 'reference-only'] as const) {
    expect(plan(clip(15_000, 50, { kind: 'counted' }), [9010], choice).kind).toBe('whole');
  }
});

test('a plan that is asked for is taken where it is possible', () => {
  expect(plan(clip(50, 12), [2, 30], 'seeks')).toMatchObject({
    kind: 'seeks',
    passes: [
      { startFrame: 0, frames: [2], reach: 0 },
      { startFrame: 24, frames: [30], reach: 0 },
    ],
  });
  expect(plan(clip(50, 50), [2, 30], 'keyframes').kind).toBe('whole');
});

describe('keyframes alone', () => {
  const kindOf = (index: FrameIndex, wanted: readonly number[]) => plan(index, wanted, 'keyframes').kind;
  const framesOf = (index: FrameIndex, wanted: readonly number[]) =>
    plan(index, wanted, 'keyframes').passes.flatMap(({ frames }) => frames);

  test('are no plan where a wanted frame has no keyframe of its own within half the distance to the next', () => {
    expect(kindOf(clip(100, 50), [20, 30])).toBe('whole');
    expect(kindOf(clip(100, 10), [11, 14])).toBe('whole');
    expect(framesOf(clip(100, 10), [11, 18])).toEqual([10, 20]);
  });

  test('are the same for a frame that is wanted twice, and none for a single one', () => {
    expect(framesOf(clip(100, 10), [11, 11, 38])).toEqual([10, 10, 40]);
    expect(kindOf(clip(100, 10), [11])).toBe('whole');
  });
});

describe('what takes the least decoding', () => {
  test('is the nearest keyframe within half the distance to the wanted frames beside it, or the earliest frame', () => {
    expect(leastDecoded(clip(100, 40), [35, 55, 75])).toEqual([40, 45, 80]);
    expect(leastDecoded(clip(100, 100), [10, 31])).toEqual([0, 21]);
    expect(leastDecoded(clip(100, 4), [11, 30])).toEqual([12, 28]);
  });

  test('is one frame for one that is wanted twice, and none for a single one', () => {
    expect(leastDecoded(clip(100, 100), [30, 30, 51])).toEqual([20, 20, 41]);
    expect(leastDecoded(clip(100, 100), [30])).toBeNull();
  });
});

test('decoding begins at the last keyframe up to a frame', () => {
  expect([0, 9, 10, 29].map((frame) => previousKeyframe(clip(100, 10), frame))).toEqual([0, 0, 10, 20]);
});
