import { expect, it } from 'vitest';
import { differenceHash, differingBits, HASHED_SIDE } from '../../src/data/perceptual-hash.js';

/** A frame whose brightness is a function of the column. */
const frame = (level: (column: number) => number) =>
  Uint8Array.from({ length: HASHED_SIDE ** 2 * 3 }, (_, index) => level(Math.floor(index / 3) % HASHED_SIDE));

it('sets a bit wherever brightness rises to the right', () => {
  expect(differenceHash(frame((column) => 3 * column))).toEqual([-1, -1]);
  expect(differenceHash(frame((column) => 255 - 3 * column))).toEqual([0, 0]);
  const half = differenceHash(frame((column) => (column < 40 ? 3 * column : 0)))!;
  expect(differingBits(half[0], -1)).toBe(16);
});

it('says nothing of a frame without detail', () => {
  expect(differenceHash(frame(() => 90))).toBeNull();
  expect(differenceHash(frame((column) => 90 + (column % 3)))).toBeNull();
});

it('counts differing bits', () => {
  expect(differingBits(0, -1)).toBe(32);
  expect(differingBits(0b1011, 0b0001)).toBe(2);
  expect(differingBits(-5, -5)).toBe(0);
});
