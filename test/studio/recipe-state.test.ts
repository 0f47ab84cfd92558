import { describe, expect, it } from 'vitest';
import type { RunState } from '../../src/studio/messages.js';
import { lastTime } from '../../src/studio/recipe-state.js';

const finished = (steps: number | null, seconds: number) => {
  const settings = { weights: null, steps, seed: null, mirror: false };
  return { status: 'finished' as RunState['status'], settings, seconds };
};

describe('the time of a training', () => {
  it('is that of the last one', () => {
    expect(lastTime([finished(null, 10), finished(null, 40)], 200)).toEqual({
      seconds: 40,
      perStep: 0.1,
      isFirst: false,
    });
  });

  it('is also known from one that was shorter or longer', () => {
    expect(lastTime([finished(50, 40)], 200)).toEqual({ seconds: 100, perStep: 0.4, isFirst: false });
    expect(lastTime([finished(400, 40)], 200)).toEqual({ seconds: 30, perStep: 0.05, isFirst: false });
  });

  it('is not known from one that failed, or that a command made', () => {
    const failed = { ...finished(null, 40), status: 'failed' as const };
    expect(lastTime([failed, { ...finished(null, 40), settings: null }], 200)).toBeNull();
  });
});
