import { describe, expect, it } from 'vitest';
import { flowImage } from '../../src/media/flow-image.js';
import { opticalFlow } from '../../src/media/optical-flow.js';
import { random } from '../../src/random.js';

const SIDE = 64;
const waves = Array.from({ length: 12 }, (_, index) => {
  const stream = random(1, 'waves', index);
  const [x, y, phase] = [stream.float() - 0.5, stream.float() - 0.5, 2 * Math.PI * stream.float()];
  return (column: number, row: number) => 10 * Math.sin(x * column + y * row + phase);
});

/** A smooth pattern, moved so far to the right and down. */
const pattern = (right: number, down: number): Float32Array =>
  Float32Array.from({ length: SIDE * SIDE }, (_, index) => {
    const [column, row] = [(index % SIDE) - right, Math.floor(index / SIDE) - down];
    return 128 + waves.reduce((sum, wave) => sum + wave(column, row), 0);
  });

/** Mean over the pixels that are so far from all edges. */
function inside(values: Float32Array, margin: number): number {
  const own = [...values].filter((_, index) => {
    const [column, row] = [index % SIDE, Math.floor(index / SIDE)];
    return Math.min(column, row, SIDE - 1 - column, SIDE - 1 - row) >= margin;
  });
  return own.reduce((sum, value) => sum + value, 0) / own.length;
}

describe('optical flow', () => {
  it.each([
    [0.4, 0],
    [0, -1.3],
    [3, 2],
    [-5, 3],
  ])('finds that a pattern moved by %f and %f pixels', (right, down) => {
    const { x, y } = opticalFlow(pattern(0, 0), pattern(right, down), SIDE);
    expect(Math.abs(inside(x, 14) - right)).toBeLessThan(0.15);
    expect(Math.abs(inside(y, 14) - down)).toBeLessThan(0.15);
  });

  it('is zero where nothing changes, and where there is nothing to see', () => {
    const same = opticalFlow(pattern(0, 0), pattern(0, 0), SIDE);
    expect(same.x.every((value) => value === 0)).toBe(true);
    const flat = (level: number) => new Float32Array(SIDE * SIDE).fill(level);
    const brighter = opticalFlow(flat(10), flat(200), SIDE);
    expect([...brighter.x, ...brighter.y].every((value) => value === 0)).toBe(true);
  });

  it('takes pictures of an odd side, and of a few pixels', () => {
    for (const side of [2, 3, 29, 57]) {
      const picture = Float32Array.from({ length: side * side }, (_, index) => index % 256);
      const { x } = opticalFlow(picture, picture, side);
      expect(x).toHaveLength(side * side);
      expect(x.every(Number.isFinite)).toBe(true);
    }
  });
});

describe('a picture of the flow', () => {
  it('is redder where things go right, and the more blue the farther', () => {
    const grey = (values: Float32Array) =>
      Uint8Array.from({ length: values.length * 3 }, (_, index) =>
        Math.round(values[Math.floor(index / 3)]!),
      );
    const picture = flowImage(grey(pattern(0, 0)), grey(pattern(3, 0)), { size: SIDE, gain: 10 });
    const middle = 3 * ((SIDE / 2) * SIDE + SIDE / 2);
    const [red, green, blue] = picture.subarray(middle, middle + 3);
    expect(Math.abs(red! - 158)).toBeLessThan(6);
    expect(Math.abs(green! - 128)).toBeLessThan(6);
    expect(Math.abs(blue! - 30)).toBeLessThan(6);
  });
});
