import { expect, it } from 'vitest';
import { countPairs, openSurprise } from '../../../src/tasks/classification/token-pairs.js';

const A = 0;
const B = 1;
const EDGE = 2;
const texts = [Int32Array.of(A, B), Int32Array.of(A, B, B)];

it('counts what follows what, from edge to edge', () => {
  expect(countPairs(texts, 2)).toEqual({
    shape: [3, 3],
    // After A: B twice. After B: B once, an end twice. At a start: A twice.
    data: Float32Array.of(0, 2, 0, 0, 1, 2, 2, 0, 0),
  });
});

it('is the mean of what each token surprises by, mixed with how frequent tokens are', () => {
  const surprise = openSurprise(countPairs(texts, 2));
  const all = 7;
  const frequency = [2, 3, 2].map((count) => (count + 5 / 3) / (all + 5));
  const probability = (count: number, after: number, followed: number) =>
    (count + 5 * frequency[after]!) / (followed + 5);
  const expected = -(
    Math.log(probability(2, A, 2)) +
    Math.log(probability(2, B, 2)) +
    Math.log(probability(2, EDGE, 3))
  );
  expect(surprise(Int32Array.of(A, B))).toBeCloseTo(expected / 3, 6);
  expect(surprise(Int32Array.of(B, A))).toBeGreaterThan(surprise(Int32Array.of(A, B)));
});

it('is a number of texts and tokens that never occurred', () => {
  const surprise = openSurprise(countPairs([], 2));
  expect(surprise(Int32Array.of())).toBeCloseTo(Math.log(3), 6);
  expect(surprise(Int32Array.of(B, A))).toBeCloseTo(Math.log(3), 6);
});
