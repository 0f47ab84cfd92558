import { expect, it } from 'vitest';
import {
  colourDistance,
  differenceHash,
  differingBits,
  THUMBNAIL_SOURCE_SIDE,
  thumbnailOf,
} from '../../src/evaluate/perceptual-hash.js';

const SIDE = THUMBNAIL_SOURCE_SIDE;

/** The thumbnail of a frame whose brightness is a function of the column. */
const frame = (level: (column: number) => number) =>
  thumbnailOf(Uint8Array.from({ length: SIDE ** 2 * 3 }, (_, index) => level(Math.floor(index / 3) % SIDE)));

it('has the mean colours of cells in a thumbnail', () => {
  const pixels = Uint8Array.from({ length: SIDE ** 2 * 3 }, (_, index) =>
    index % 3 === 2 ? 200 : Math.floor(index / 3) % SIDE < 4 ? 100 : 0,
  );
  const thumbnail = thumbnailOf(pixels);
  expect(thumbnail).toHaveLength(8 * 9 * 3);
  expect([...thumbnail.subarray(0, 6)]).toEqual([50, 50, 200, 0, 0, 200]);
});

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

it('measures how far colours are apart', () => {
  expect(colourDistance(Uint8Array.of(10, 20), Uint8Array.of(13, 19))).toBe(2);
});
