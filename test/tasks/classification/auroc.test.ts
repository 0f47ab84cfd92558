import { expect, it } from 'vitest';
import { auroc } from '../../../src/tasks/classification/auroc.js';

it('auroc is the share of pairs in which the positive is higher, equals counting half', () => {
  expect(auroc([3, 4], [1, 2])).toBe(1);
  expect(auroc([1, 2], [3, 4])).toBe(0);
  expect(auroc([1, 1], [1, 1, 1])).toBe(0.5);
  // Of six pairs 2 > 1, 3 > 1, 3 > 2 are right, 2 = 2 counts half.
  expect(auroc([2, 3], [1, 2, 5])).toBeCloseTo(3.5 / 6, 12);
});
