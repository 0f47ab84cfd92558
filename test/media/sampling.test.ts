import { describe, expect, test } from 'vitest';
import type { Sampling } from '../../src/media/frame-schema.js';
import { frameOnScreen, type Pace, sampleFrames, type Timeline } from '../../src/media/sampling.js';

/** 10 frames a second; every fourth is a keyframe. */
const steady = (frames: number): Timeline => ({
  startSeconds: Float64Array.from({ length: frames }, (_, index) => index / 10),
  isKeyframe: Array.from({ length: frames }, (_, index) => index % 4 === 0),
  durationSeconds: frames / 10,
});

const sample = (
  timeline: Timeline,
  sampling: Sampling,
  options: { start?: number; end?: number; seed?: number; pace?: Pace } = {},
) => {
  const { start = 0, end = timeline.durationSeconds, seed = 0, pace } = options;
  return sampleFrames(timeline, { sampling, span: { startSeconds: start, endSeconds: end }, seed, pace });
};

describe('frameOnScreen', () => {
  const timeline: Timeline = {
    startSeconds: Float64Array.of(0, 1, 1.5, 4),
    isKeyframe: [true, false, false, false],
    durationSeconds: 5,
  };

  test.each([
    [0, 0],
    [0.99, 0],
    [1, 1],
    [3.9, 2],
    [4, 3],
    [100, 3],
    [-1, 0],
  ])('at %d s it is frame %d', (seconds, frame) => {
    expect(frameOnScreen(timeline, seconds)).toBe(frame);
  });

  test('takes a time that was rounded down to microseconds for the frame that it means', () => {
    const thirds = { ...timeline, startSeconds: Float64Array.of(0, 1 / 3, 2 / 3) };
    expect(frameOnScreen(thirds, 0.333333)).toBe(1);
  });
});

describe('uniform', () => {
  test('takes the centres of equal spans', () => {
    expect(sample(steady(40), { kind: 'uniform', frames: 4 })).toEqual([5, 15, 25, 35]);
  });

  test('takes the middle frame when one is wanted', () => {
    expect(sample(steady(41), { kind: 'uniform', frames: 1 })).toEqual([20]);
  });

  test('repeats the frames of a clip that has too few, each as long as it is on screen', () => {
    expect(sample(steady(3), { kind: 'uniform', frames: 8 })).toEqual([0, 0, 0, 1, 1, 2, 2, 2]);
    expect(sample(steady(1), { kind: 'uniform', frames: 3 })).toEqual([0, 0, 0]);
  });

  test('samples by time where the frame rate varies', () => {
    // Ten frames in the first second, then one that stands for three.
    const varying: Timeline = {
      startSeconds: Float64Array.of(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),
      isKeyframe: Array.from({ length: 11 }, (_, index) => index === 0),
      durationSeconds: 4,
    };
    expect(sample(varying, { kind: 'uniform', frames: 4 })).toEqual([5, 10, 10, 10]);
  });

  test('stays within its span, which begins with the frame on screen', () => {
    const frames = sample(steady(40), { kind: 'uniform', frames: 8 }, { start: 1.05, end: 1.25 });
    expect(frames).toEqual([10, 10, 11, 11, 11, 11, 12, 12]);
  });
});

describe('segments', () => {
  const sampling: Sampling = { kind: 'segments', frames: 4 };

  test('takes one frame from each of equal spans', () => {
    for (let seed = 0; seed < 50; seed++) {
      const spans = sample(steady(40), sampling, { seed }).map((frame) => Math.floor(frame / 10));
      expect(spans).toEqual([0, 1, 2, 3]);
    }
  });

  test('is drawn from the seed', () => {
    expect(sample(steady(40), sampling, { seed: 7 })).toEqual(sample(steady(40), sampling, { seed: 7 }));
    const drawings = Array.from({ length: 50 }, (_, seed) => sample(steady(40), sampling, { seed }).join());
    expect(new Set(drawings).size).toBeGreaterThan(40);
  });

  test('reaches every frame of a span', () => {
    const firsts = Array.from({ length: 300 }, (_, seed) => sample(steady(40), sampling, { seed })[0]);
    expect(new Set(firsts)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });
});

describe('fps', () => {
  test('takes a frame at every tick', () => {
    expect(sample(steady(10), { kind: 'fps', framesPerSecond: 5, maxFrames: 100 })).toEqual([0, 2, 4, 6, 8]);
  });

  test('repeats frames where ticks are denser than frames', () => {
    const frames = sample(steady(3), { kind: 'fps', framesPerSecond: 20, maxFrames: 100 });
    expect(frames).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test('stops at maxFrames', () => {
    expect(sample(steady(100), { kind: 'fps', framesPerSecond: 10, maxFrames: 3 })).toEqual([0, 1, 2]);
  });

  test('takes one frame of a clip that is shorter than a tick', () => {
    expect(sample(steady(2), { kind: 'fps', framesPerSecond: 1, maxFrames: 10 })).toEqual([0]);
  });

  test('makes no tick at the very end by rounding', () => {
    const clip = { ...steady(20), durationSeconds: 2.0000000000000004 };
    expect(sample(clip, { kind: 'fps', framesPerSecond: 30, maxFrames: 100 })).toHaveLength(60);
  });
});

describe('keyframes', () => {
  test('takes those of the span', () => {
    const sampling: Sampling = { kind: 'keyframes', maxFrames: 10 };
    expect(sample(steady(20), sampling)).toEqual([0, 4, 8, 12, 16]);
    expect(sample(steady(20), sampling, { start: 0.4, end: 1.2 })).toEqual([4, 8]);
  });

  test('spreads over all when there are too many', () => {
    expect(sample(steady(40), { kind: 'keyframes', maxFrames: 3 })).toEqual([4, 20, 32]);
  });

  test('takes the first frame on screen when the span has none', () => {
    const frames = sample(steady(20), { kind: 'keyframes', maxFrames: 3 }, { start: 0.5, end: 0.7 });
    expect(frames).toEqual([5]);
  });
});

describe('a pace', () => {
  const pace = { jitter: 0, speed: 1, position: 0 };
  const uniform: Sampling = { kind: 'uniform', frames: 4 };
  const fps: Sampling = { kind: 'fps', framesPerSecond: 5, maxFrames: 100 };

  test('moves each time by no more than its share of the interval', () => {
    const drawn = Array.from({ length: 100 }, (_, seed) =>
      sample(steady(400), uniform, { seed, pace: { ...pace, jitter: 0.2 } }),
    );
    for (const [index, center] of [50, 150, 250, 350].entries()) {
      const frames = drawn.map((one) => one[index]!);
      expect(Math.min(...frames)).toBeGreaterThanOrEqual(center - 20);
      expect(Math.max(...frames)).toBeLessThanOrEqual(center + 20);
      expect(new Set(frames).size).toBeGreaterThan(25);
    }
  });

  test('keeps frames in order and within their part of the clip', () => {
    for (let seed = 0; seed < 100; seed++) {
      const options = { seed, start: 1, end: 2, pace: { ...pace, jitter: 0.5 } };
      for (const sampling of [uniform, fps]) {
        const frames = sample(steady(40), sampling, options);
        expect(frames).toEqual([...frames].sort((one, other) => one - other));
        expect(Math.min(...frames)).toBeGreaterThanOrEqual(10);
        expect(Math.max(...frames)).toBeLessThan(20);
      }
    }
  });

  test('below 1 spreads as many frames over a part of the clip', () => {
    const slow = (position: number) =>
      sample(steady(40), uniform, { pace: { ...pace, speed: 0.5, position } });
    expect(slow(0)).toEqual([2, 7, 12, 17]);
    expect(slow(0.5)).toEqual([12, 17, 22, 27]);
    expect(slow(1)).toEqual([22, 27, 32, 37]);
  });

  test('brings ticks nearer together or farther apart', () => {
    const at = (speed: number) => sample(steady(10), fps, { pace: { ...pace, speed } });
    expect(at(0.5)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(at(2)).toEqual([0, 4, 8]);
  });
});
