import { describe, expect, it } from 'vitest';
import { SCENE_STATISTICS, scenesOf } from '../../src/media/scene-statistics.js';

const SIZE = 64;
const LEAST = 0.01;

/** A frame of pixels by their places. */
const frameOf = (pixel: (x: number, y: number) => readonly [number, number, number], size = SIZE) =>
  Uint8Array.from(
    Array.from({ length: size * size }, (_, at) => pixel(at % size, Math.floor(at / size))).flat(),
  );

const values = (frame: Uint8Array, size = SIZE) =>
  Array.from(scenesOf(frame, size), (value) => Math.exp(value) - LEAST);

describe('the statistics of a frame', () => {
  it('are its brightness and no contrast where it is of one colour', () => {
    const [mean, ...others] = values(frameOf(() => [255, 128, 0]));
    expect(mean).toBeCloseTo(0.299 + (0.587 * 128) / 255, 5);
    expect(others).toHaveLength(SCENE_STATISTICS - 1);
    for (const value of others) expect(value).toBeCloseTo(0, 5);
  });

  it('tell at which scale, and along which axis, neighbours differ', () => {
    // Stripes two pixels wide, one at half the side; even beyond that.
    const level = (place: number) => (Math.floor(place / 2) % 2 === 0 ? 0 : 255);
    const upright = values(frameOf((x) => [level(x), level(x), level(x)]));
    const lying = values(frameOf((_, y) => [level(y), level(y), level(y)]));
    const ofScale = (found: number[], scale: number) => found.slice(2 + 4 * scale, 6 + 4 * scale);
    expect(upright[0]).toBeCloseTo(0.5, 5);
    expect(upright[1]).toBeCloseTo(0.5, 5);
    // Of 63 neighbours in a row, 31 differ by 1, and of 21 rows that are looked at, 10 from the next; at half the side, all do.
    const shares = { upright: [31 / 63, 1, 0, 0], lying: [10 / 21, 1, 0, 0] };
    for (const scale of [0, 1, 2, 3]) {
      const [right, down] = [shares.upright[scale]!, shares.lying[scale]!];
      const expected = [
        [ofScale(upright, scale), [right, 0, Math.sqrt(right), 0]],
        [ofScale(lying, scale), [0, down, 0, Math.sqrt(down)]],
      ] as const;
      for (const [found, differences] of expected) {
        differences.forEach((value, index) => {
          expect(found[index], `scale ${scale}, ${index}`).toBeCloseTo(value, 5);
        });
      }
    }
  });

  it('are numbers of the smallest and of odd sizes, one frame after the other', () => {
    for (const size of [32, 33, 47, 224]) {
      const one = frameOf((x, y) => [x % 256, y % 256, (x * y) % 256], size);
      const found = scenesOf(Buffer.concat([one, frameOf(() => [9, 9, 9], size)]), size);
      expect(found).toHaveLength(2 * SCENE_STATISTICS);
      expect(found.every(Number.isFinite)).toBe(true);
      expect(found.subarray(0, SCENE_STATISTICS)).toEqual(scenesOf(one, size));
    }
  });
});
