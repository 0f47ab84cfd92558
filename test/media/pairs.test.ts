import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/media/clip.js';
import { pairUp, planPairs } from '../../src/media/pairs.js';
import type { Timeline } from '../../src/media/sampling.js';

/** Ten frames, each on screen for 0.1 s. */
const timeline: Timeline = {
  startSeconds: Float64Array.from({ length: 10 }, (_, index) => index / 10),
  isKeyframe: Array.from({ length: 10 }, () => true),
  durationSeconds: 1,
};
const whole = { startSeconds: 0, endSeconds: 1 };
const frames = (count: number) => ({ kind: 'frames', frames: count }) as const;

describe('planPairs', () => {
  it('takes as partner the frame so many frames later', () => {
    const plan = planPairs(timeline, { chosen: [0, 3, 4], span: whole, gap: frames(2) });
    expect(plan.pairs).toEqual([
      [0, 2],
      [3, 5],
      [4, 6],
    ]);
    expect(plan.frames).toEqual([0, 2, 3, 4, 5, 6]);
  });

  it('takes the frame on screen so much later', () => {
    const gap = { kind: 'seconds', seconds: 0.25 } as const;
    expect(planPairs(timeline, { chosen: [1], span: whole, gap }).pairs).toEqual([[1, 3]]);
  });

  it('moves a pair towards the start where the clip or its part ends', () => {
    expect(planPairs(timeline, { chosen: [8, 9], span: whole, gap: frames(2) }).pairs).toEqual([
      [7, 9],
      [7, 9],
    ]);
    const span = { startSeconds: 0.2, endSeconds: 0.5 };
    expect(planPairs(timeline, { chosen: [2, 4], span, gap: frames(2) }).pairs).toEqual([
      [2, 4],
      [2, 4],
    ]);
  });

  it('pairs the first frame with the last where the clip is shorter than the gap', () => {
    expect(planPairs(timeline, { chosen: [4], span: whole, gap: frames(50) }).pairs).toEqual([[0, 9]]);
    const still: Timeline = { startSeconds: Float64Array.of(0), isKeyframe: [true], durationSeconds: 1 };
    expect(planPairs(still, { chosen: [0, 0], span: whole, gap: frames(2) }).pairs).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe('pairUp', () => {
  async function* numbered(indices: readonly number[]): AsyncGenerator<Frame> {
    for (const index of indices) {
      yield { timeSeconds: index / 10, pixels: Uint8Array.of(index), isDamaged: false };
    }
  }

  it('gives each chosen frame its partner, and the caller pixels of its own', async () => {
    const plan = planPairs(timeline, { chosen: [0, 1, 2, 2, 9], span: whole, gap: frames(3) });
    const pairs: Frame[] = [];
    for await (const pair of pairUp(numbered(plan.frames), plan)) {
      pairs.push({ ...pair, pixels: pair.pixels.slice(), partner: pair.partner!.slice() });
      pair.pixels.fill(99);
      pair.partner!.fill(99);
    }
    expect(pairs.map(({ timeSeconds, pixels, partner }) => [timeSeconds, pixels[0], partner![0]])).toEqual([
      [0, 0, 3],
      [0.1, 1, 4],
      [0.2, 2, 5],
      [0.2, 2, 5],
      [0.6, 6, 9],
    ]);
  });
});
