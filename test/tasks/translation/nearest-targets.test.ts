import { expect, it } from 'vitest';
import { nearestTargets } from '../../../src/tasks/translation/nearest-targets.js';

const text = (tokens: number[], target = '') => ({ sourceTokens: Int32Array.from(tokens), target });

it('takes what follows from the text that shares most of what is rare, whatever its length', () => {
  const known = [
    text([1, 3, 4, 2], 'first'),
    text([1, 3, 5, 6, 2], 'second'),
    text([1, 3, 5, 2], 'third'),
    text([1, 3, 2], 'fourth'),
  ];
  const found = nearestTargets(known, [
    text([1, 3, 5, 2]),
    text([1, 6, 6, 5, 2]),
    text([1, 4, 9, 2]),
    text([1, 9, 2]),
  ]);
  expect(found).toEqual(['third', 'second', 'first', 'first']);
});
