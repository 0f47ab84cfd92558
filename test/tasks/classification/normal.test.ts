import { expect, it } from 'vitest';
import { random } from '../../../src/random.js';
import { fitNormal } from '../../../src/tasks/classification/fit-normal.js';
import { distanceTo } from '../../../src/tasks/classification/normal.js';

it('is the Mahalanobis distance where all directions are kept', () => {
  const stream = random(1, 'normal');
  // Covariance [[4, 2], [2, 2]], whose inverse is [[0.5, -0.5], [-0.5, 1]].
  const rows = Array.from({ length: 40_000 }, () => {
    const [a, b] = [stream.normal(), stream.normal()];
    return [3 + 2 * a, a + b];
  });
  const distance = distanceTo(fitNormal(Float32Array.from(rows.flat()), { width: 2, most: 2 }));
  expect(distance(Float32Array.of(3, 0))).toBeLessThan(0.05);
  expect(distance(Float32Array.of(5, 0)) ** 2).toBeCloseTo(0.5 * 4, 1);
  expect(distance(Float32Array.of(3, 2)) ** 2).toBeCloseTo(4, 0);
  expect(distance(Float32Array.of(5, 2)) ** 2).toBeCloseTo(0.5 * 4 - 4 + 4, 1);
});

it('is that to the nearest of several classes with a covariance in common', () => {
  const stream = random(2, 'normal');
  const classes = Array.from({ length: 2000 }, (_, index) => [0, 7][index % 2]!);
  const rows = classes.map((label) => [label + stream.normal(), 0.5 * stream.normal()]);
  const distance = distanceTo(fitNormal(Float32Array.from(rows.flat()), { width: 2, classes, most: 2 }));
  expect(distance(Float32Array.of(7, 0))).toBeLessThan(0.15);
  expect(distance(Float32Array.of(0, 1))).toBeCloseTo(2, 0);
  expect(distance(Float32Array.of(3.5, 0))).toBeCloseTo(3.5, 0);
});

it('takes directions that it does not keep for spread alike', () => {
  const stream = random(3, 'normal');
  const rows = Array.from({ length: 4000 }, () => {
    const shared = 3 * stream.normal();
    return Array.from({ length: 5 }, () => shared + 0.1 * stream.normal());
  });
  const distance = distanceTo(fitNormal(Float32Array.from(rows.flat()), { width: 5, most: 1 }));
  expect(distance(Float32Array.of(3, 3, 3, 3, 3))).toBeCloseTo(1, 1);
  expect(distance(Float32Array.of(0.1, -0.1, 0, 0, 0))).toBeCloseTo(Math.sqrt(2), 0);
  expect(distance(Float32Array.of(1, -1, 0, 0, 0))).toBeGreaterThan(10);
});

it('knows distances where the examples lie on a line', () => {
  const stream = random(4, 'normal');
  const rows = Array.from({ length: 400 }, () => {
    const value = 2 * stream.normal();
    return [value, -value];
  });
  const distance = distanceTo(fitNormal(Float32Array.from(rows.flat()), { width: 2, most: 2 }));
  expect(distance(Float32Array.of(2, -2))).toBeCloseTo(1, 0);
  expect(distance(Float32Array.of(6, -6))).toBeCloseTo(3, 0);
  expect(distance(Float32Array.of(2, 2))).toBeGreaterThan(10);
});
