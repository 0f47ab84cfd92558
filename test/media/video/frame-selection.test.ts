import { describe, expect, test } from 'vitest';
import { createMatcher, selectCondition, selectFrames } from '../../../src/media/video/frame-selection.js';
import type { FrameIndex } from '../../../src/media/video/packet-index.js';

const index = (positions: readonly number[]): FrameIndex => ({
  kind: 'stamped',
  positions: Float64Array.from(positions),
  timeline: {
    startSeconds: Float64Array.from(positions),
    isKeyframe: positions.map(() => true),
    durationSeconds: 100,
  },
  isReordered: false,
  codedPositions: null,
});

const steady = index(Array.from({ length: 20 }, (_, frame) => frame));

/** Which of the decoded positions each wanted frame got, `null` for none. */
function match(wanted: readonly number[], decoded: readonly number[]): Record<number, number | null> {
  const { targets } = selectFrames(steady, wanted, 2);
  const matcher = createMatcher<{ position: number }>(targets);
  const matches = [...decoded.flatMap((position) => matcher.take({ position })), ...matcher.finish()];
  const got = new Map(matches.map((found) => [found.target.frame, found.decoded.position]));
  return Object.fromEntries(wanted.map((frame) => [frame, got.get(frame) ?? null]));
}

describe('a wanted frame', () => {
  test('gets its own', () => {
    expect(match([3, 7], [3, 7])).toEqual({ 3: 3, 7: 7 });
  });

  test('gets the next when its packet showed none', () => {
    expect(match([3, 7], [4, 7])).toEqual({ 3: 4, 7: 7 });
  });

  test('shares a frame with its neighbour', () => {
    expect(match([3, 4], [4])).toEqual({ 3: 4, 4: 4 });
  });

  test('gets none when the next is far', () => {
    expect(match([3, 7], [6, 7])).toEqual({ 3: null, 7: 7 });
  });

  test('gets none when the clip breaks off before', () => {
    expect(match([3, 12], [3])).toEqual({ 3: 3, 12: null });
    expect(match([11, 12], [11])).toEqual({ 11: 11, 12: null });
  });

  test('gets the one before when it was the last and showed none', () => {
    expect(match([3, 19], [3, 17, 18])).toEqual({ 3: 3, 19: 18 });
  });

  test('is found although times were rounded', () => {
    expect(match([3, 7], [2.999999, 7.000001])).toEqual({ 3: 2.999999, 7: 7.000001 });
  });
});

describe('what ffmpeg lets through', () => {
  test('is one frame for each that is wanted, told apart half-way to the one before', () => {
    expect(selectFrames(index([0, 1, 4, 5, 6, 7, 8]), [1, 1, 2], 2).boundaries).toEqual([0.5, 2.5]);
  });

  test('begins before the first frame', () => {
    expect(selectFrames(index([5, 6, 7, 8]), [0], 2).boundaries).toEqual([4.5]);
  });

  test('has spare frames before the last ones of a clip', () => {
    expect(selectFrames(steady, [2, 19], 2).boundaries).toEqual([1.5, 16.5, 17.5, 18.5]);
  });

  test('is asked for in less than an argument may hold, however much is wanted', () => {
    const boundaries = Array.from({ length: 4096 }, (_, frame) => 95443.7 + frame * 7.033333);
    expect(selectCondition(boundaries).length).toBeLessThan(128 * 1024);
  });
});
