import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTimeBudget } from '../../../src/platform/child-process/time-budget.js';

/** Waits on a budget and tells whether it ended meanwhile. */
async function isExhaustedBy(
  budget: ReturnType<typeof createTimeBudget>,
  milliseconds: number,
): Promise<boolean> {
  let exhausted = false;
  await budget.spend(sleep(milliseconds), () => {
    exhausted = true;
  });
  return exhausted;
}

test('adds up what is spent', async () => {
  const budget = createTimeBudget(0.5);
  expect(await isExhaustedBy(budget, 10)).toBe(false);
  expect(await isExhaustedBy(budget, 700)).toBe(true);
  // Nothing is left of it.
  expect(await isExhaustedBy(budget, 50)).toBe(true);
});

test('stands still while nobody waits', async () => {
  const budget = createTimeBudget(0.5);
  await sleep(700);
  expect(await isExhaustedBy(budget, 10)).toBe(false);
});

test('has room for a time without end', async () => {
  expect(await isExhaustedBy(createTimeBudget(Number.POSITIVE_INFINITY), 10)).toBe(false);
});

test('gives what was waited for', async () => {
  expect(await createTimeBudget(1).spend(Promise.resolve('done'), () => {})).toBe('done');
  await expect(createTimeBudget(1).spend(Promise.reject(new Error('failed')), () => {})).rejects.toThrow(
    'failed',
  );
});
