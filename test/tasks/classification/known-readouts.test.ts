import { describe, expect, it } from 'vitest';
import { random } from '../../../src/random.js';
import {
  chooseMaxDistance,
  drawKnown,
  keepReadouts,
  MOST_KNOWN,
  openDistance,
} from '../../../src/tasks/classification/known-readouts.js';

describe('the distance from known readouts', () => {
  const readouts = Float32Array.of(3, 4, 0, 0, -0.5, 0.5);
  const distance = openDistance(keepReadouts(readouts, 3));

  it('is none of what is known, whatever its length', () => {
    expect(distance(Float32Array.of(3, 4, 0))).toBeLessThan(0.01);
    expect(distance(Float32Array.of(0.03, 0.04, 0))).toBeLessThan(0.01);
    expect(distance(Float32Array.of(0, -7, 7))).toBeLessThan(0.01);
  });

  it('is that of directions to the nearest', () => {
    expect(distance(Float32Array.of(1, 0, 0))).toBeCloseTo(Math.sqrt(2 - 2 * 0.6), 2);
    expect(distance(Float32Array.of(0, 0, -1))).toBeCloseTo(Math.sqrt(2), 2);
  });

  it('is a number where there is no direction', () => {
    expect(distance(Float32Array.of(0, 0, 0))).toBeCloseTo(Math.sqrt(2), 10);
    expect(openDistance(keepReadouts(new Float32Array(3), 3))(Float32Array.of(1, 0, 0))).toBeCloseTo(
      Math.sqrt(2),
      10,
    );
  });

  it('is kept in whole numbers of eight bits', () => {
    const { data, shape, storage } = keepReadouts(readouts, 3);
    expect({ shape, storage }).toEqual({ shape: [2, 3], storage: 'int8' });
    expect([...data]).toEqual([95, 127, 0, 0, -127, 127]);
  });
});

describe('chooseMaxDistance', () => {
  it('loses about 3 % of what is like the examples that it is chosen on', () => {
    const stream = random(1, 'distances');
    const lost = Array.from({ length: 200 }, () => {
      const limit = chooseMaxDistance(Array.from({ length: 100 }, () => stream.normal()))!;
      return Array.from({ length: 100 }, () => stream.normal()).filter((value) => value > limit).length;
    });
    const mean = lost.reduce((sum, count) => sum + count, 0) / lost.length;
    expect(mean).toBeGreaterThan(2);
    expect(mean).toBeLessThan(4);
  });

  it('is the longest of few, and nothing of none', () => {
    expect(chooseMaxDistance([0.3, 0.1, 0.2])).toBe(0.3);
    expect(chooseMaxDistance([])).toBeUndefined();
  });
});

it('drawKnown draws by the seed, and only from more than it takes', () => {
  const many = [...Array(MOST_KNOWN + 500).keys()];
  expect(drawKnown(many.slice(0, 10), 1)).toEqual(many.slice(0, 10));
  const drawn = drawKnown(many, 1);
  expect(new Set(drawn).size).toBe(MOST_KNOWN);
  expect(drawn).toEqual(drawKnown(many, 1));
  expect(drawn).not.toEqual(drawKnown(many, 2));
});
