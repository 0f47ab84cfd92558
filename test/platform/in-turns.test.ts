import { expect, test } from 'vitest';
import { mapInTurns } from '../../src/platform/in-turns.js';

test('what takes long lets the event loop turn, and keeps the order', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const busy = (item: number) => {
    const end = performance.now() + 30;
    while (performance.now() < end);
    return item * 2;
  };
  expect(await mapInTurns([1, 2, 3, 4, 5, 6], busy)).toEqual([2, 4, 6, 8, 10, 12]);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});
