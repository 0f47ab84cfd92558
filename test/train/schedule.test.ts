import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/train/schedule.js';

describe('learningRateAt', () => {
  const cosine = { schedule: 'cosine', peak: 1, steps: 100, warmupSteps: 10 } as const;

  it('rises over the warm-up and reaches the peak after it', () => {
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

  it('cools down from half of the steps on', () => {
    const cooldown = { ...cosine, schedule: 'cooldown' } as const;
    const rates = [4, 10, 50, 75, 99].map((step) => learningRateAt({ ...cooldown, step }));
    for (const [index, rate] of [5 / 11, 1, 1, 0.5, 0.02].entries())
      expect(rates[index]).toBeCloseTo(rate, 12);
  });

  it('makes one cycle as PyTorch does', () => {
    // torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10), PyTorch 2.13.0.
    const expected = [
      0.04, 0.52, 1, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893, 0.38874197806371075,
      0.18825834605023697, 0.049519367986526286, 4e-6,
    ];
    expected.forEach((rate, step) => {
      const options = { schedule: 'one-cycle', peak: 1, step, steps: 10, warmupSteps: 0 } as const;
      expect(learningRateAt(options)).toBeCloseTo(rate, 12);
    });
  });

  it.each([1, 2, 3, 4])('has a rate for each of as few steps as %i in one cycle', (steps) => {
    for (let step = 0; step < steps; step++) {
      const rate = learningRateAt({ schedule: 'one-cycle', peak: 1, step, steps, warmupSteps: 0 });
      expect(rate).toBeGreaterThan(0);
      expect(rate).toBeLessThanOrEqual(1);
    }
  });
});
