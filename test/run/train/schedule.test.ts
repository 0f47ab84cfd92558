import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../../src/run/train/schedule.js';

describe('learningRateAt', () => {
  const cosine = { schedule: 'cosine', peak: 1, steps: 100, warmupSteps: 10 } as const;

  it('rises over the warm-up and reaches the peak behind it', () => {
    const rates = [0, 4, 9, 10].map((step) => learningRateAt({ ...cosine, step }));
    expect(rates).toEqual([1 / 11, 5 / 11, 10 / 11, 1]);
  });

  it('falls along half a cosine to almost nothing at the last step', () => {
    expect(learningRateAt({ ...cosine, step: 55 })).toBeCloseTo(0.5, 12);
    expect(learningRateAt({ ...cosine, step: 99 })).toBeLessThan(0.001);
    expect(learningRateAt({ ...cosine, step: 99 })).toBeGreaterThan(0);
  });

  it('stays when it is constant', () => {
    expect(learningRateAt({ ...cosine, schedule: 'constant', step: 99 })).toBe(1);
  });
});
