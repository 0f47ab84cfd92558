import { describe, expect, it } from 'vitest';
import { minimize } from '../../../src/evaluate/ngrams/minimize.js';
import { fitNgrams } from '../../../src/evaluate/ngrams/ngram-classifier.js';
import { fitTfidf } from '../../../src/evaluate/ngrams/tfidf.js';

describe('fitTfidf', () => {
  it('weighs by how often a text has it and how few texts do, to length 1', () => {
    const { width, vectorOf } = fitTfidf([['a', 'a', 'b'], ['b']]);
    expect(width).toBe(2);
    const [often, common] = [(1 + Math.log(2)) * (1 + Math.log(3 / 2)), 1];
    const length = Math.hypot(often, common);
    const { places, values } = vectorOf(['a', 'a', 'b']);
    expect([...places]).toEqual([0, 1]);
    expect(values[0]).toBeCloseTo(often / length, 12);
    expect(values[1]).toBeCloseTo(common / length, 12);
  });

  it('knows nothing of what was not there', () => {
    expect([...fitTfidf([['a']]).vectorOf(['z']).places]).toEqual([]);
  });
});

describe('minimize', () => {
  it('finds the lowest point of a narrow bowl', () => {
    const scales = [1, 10, 100, 1000];
    const lowest = [3, -2, 0.5, 1];
    const end = minimize(
      (point) => ({
        value: scales.reduce((sum, scale, at) => sum + (scale / 2) * (point[at]! - lowest[at]!) ** 2, 0),
        gradient: Float64Array.from(scales, (scale, at) => scale * (point[at]! - lowest[at]!)),
      }),
      { size: 4, tolerance: 1e-9, iterations: 100 },
    );
    for (const [at, value] of lowest.entries()) expect(end[at]).toBeCloseTo(value, 6);
  });
});

describe('fitNgrams', () => {
  const of = (label: number, ...ngrams: string[]) => ({ label, ngrams });

  it('goes by what tells the classes apart', () => {
    const classOf = fitNgrams(
      [of(0, 'a', 'x'), of(0, 'b', 'x'), of(1, 'c', 'x'), of(1, 'd', 'x'), of(2, 'e')],
      3,
    );
    expect([['a', 'x'], ['d', 'x'], ['e'], ['b', 'z']].map(classOf)).toEqual([0, 1, 2, 0]);
  });

  it('says the most frequent class where it knows nothing', () => {
    expect(fitNgrams([of(0, 'a'), of(1, 'b'), of(1, 'c')], 2)(['z'])).toBe(1);
  });
});
