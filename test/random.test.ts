import { describe, expect, it } from 'vitest';
import { random } from '../src/random.js';

const draw = (stream: { float(): number }, count: number) =>
  Array.from({ length: count }, () => stream.float());

describe('random', () => {
  it('gives the same numbers for the same seed and purpose, others for others', () => {
    expect(draw(random(1, 'a'), 5)).toEqual(draw(random(1, 'a'), 5));
    expect(draw(random(1, 'a'), 5)).not.toEqual(draw(random(1, 'b'), 5));
    expect(draw(random(1, 'a'), 5)).not.toEqual(draw(random(2, 'a'), 5));
    expect(draw(random(1, 'a', 1), 5)).not.toEqual(draw(random(1, 'a', 2), 5));
  });

  it('is uniform: mean 1/2 and variance 1/12 within four standard errors', () => {
    const numbers = draw(random(5, 'uniform'), 20_000);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / numbers.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / numbers.length));
  });

  it('draws normal numbers of mean 0 and deviation 1', () => {
    const stream = random(5, 'normal');
    const numbers = Array.from({ length: 20_000 }, () => stream.normal());
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const variance = numbers.reduce((sum, value) => sum + value ** 2, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(numbers.length));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / numbers.length));
  });

  it('keeps whole numbers inside their bounds and reaches both ends', () => {
    const stream = random(2, 'integer');
    const numbers = new Set(Array.from({ length: 200 }, () => stream.integer(-1, 3)));
    expect([...numbers].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  it('shuffles a copy that holds the same items', () => {
    const items = [...Array(50).keys()];
    const shuffled = random(9, 'shuffle').shuffle(items);
    expect(items).toEqual([...Array(50).keys()]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});
