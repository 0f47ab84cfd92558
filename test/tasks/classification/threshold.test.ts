import { describe, expect, it } from 'vitest';
import { chooseMinProbability, selectAnswers } from '../../../src/tasks/classification/threshold.js';

/** Two-class answers of those confidences, right or wrong. */
function answers(list: ReadonlyArray<readonly [confidence: number, isRight: boolean]>) {
  return {
    logits: Float32Array.from(list.flatMap(([share]) => [Math.log(share), Math.log(1 - share)])),
    truth: list.map(([, isRight]) => (isRight ? 0 : 1)),
  };
}

const mixed = answers([
  [0.9, true],
  [0.6, false],
  [0.8, true],
  [0.7, true],
]);

describe('chooseMinProbability', () => {
  it('keeps as many answers as the precision allows', () => {
    expect(chooseMinProbability(mixed, 1)).toBeCloseTo(0.7, 5);
    expect(chooseMinProbability(mixed, 0.75)).toBeCloseTo(0.6, 5);
  });

  it('gives null when the surest answers are wrong', () => {
    const wrong = answers([
      [0.9, false],
      [0.6, true],
    ]);
    expect(chooseMinProbability(wrong, 0.9)).toBeNull();
  });

  it('does not part answers of equal probability', () => {
    const equal = answers([
      [0.8, true],
      [0.8, false],
    ]);
    expect(chooseMinProbability(equal, 0.9)).toBeNull();
  });
});

describe('selectAnswers', () => {
  it('says how many get an answer and how many of those are right', () => {
    expect(selectAnswers(mixed, { minProbability: 0.65 })).toEqual({
      minProbability: 0.65,
      answered: 0.75,
      precision: 1,
    });
    expect(selectAnswers(mixed, { minProbability: 0 })).toMatchObject({ answered: 1, precision: 0.75 });
    expect(selectAnswers(mixed, { minProbability: 0.99 })).toMatchObject({ answered: 0, precision: null });
  });

  it('gives no answer to what is unlike, however sure', () => {
    const distances = [3, 1, 1, 1];
    expect(selectAnswers(mixed, { minProbability: 0.65, maxDistance: 2 }, distances)).toEqual({
      minProbability: 0.65,
      answered: 0.5,
      precision: 1,
    });
    expect(selectAnswers(mixed, { minProbability: 0, maxDistance: 0.5 }, distances)).toMatchObject({
      answered: 0,
      precision: null,
    });
  });
});
