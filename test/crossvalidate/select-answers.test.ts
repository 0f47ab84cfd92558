import { describe, expect, it } from 'vitest';
import { type AnsweredFold, selectOutOfFold, thresholdOf } from '../../src/crossvalidate/select-answers.js';
import { overallSentence, selectionSentences } from '../../src/report/selection-words.js';
import type { Prediction } from '../../src/tasks/classification/predictions.js';

/** An answer of two classes: the probability of what was said, and whether that is right. */
type Answer = readonly [probability: number, isRight: boolean];

const predictions = (answers: readonly Answer[], name: string): Prediction[] =>
  answers.map(([probability, isRight], index) => ({
    example: { id: `${name}-${index}`, group: `${name}-${index}`, label: isRight ? 0 : 1 },
    probabilities: [probability, 1 - probability],
    classifiers: { network: 0 },
  }));

function fold(
  [repeat, number]: readonly [number, number],
  { test, validation = [] }: { test: readonly Answer[]; validation?: readonly Answer[] },
): AnsweredFold {
  const name = `fold-${number}`;
  return {
    position: { repeat, number, of: 3, seed: repeat },
    predictions: predictions(test, name),
    validationPredictions: predictions(validation, `${name}-validation`),
  };
}

/** Sure answers are right; the threshold for that lies at `from`. */
const rightFrom = (from: number): Answer[] => [
  [0.95, true],
  [from, true],
  [from - 0.01, false],
  [0.51, true],
];

const threshold = { kind: 'chosen', targetPrecision: 1 } as const;
const chosen = (folds: readonly AnsweredFold[]) =>
  selectOutOfFold(folds, { threshold, seed: 1 }).ofFolds.map(({ minProbability }) =>
    Number(minProbability.toFixed(4)),
  );

describe('thresholds of folds with a validation part', () => {
  const folds = [
    fold([1, 1], { test: rightFrom(0.6), validation: rightFrom(0.7) }),
    fold([1, 2], { test: rightFrom(0.65), validation: rightFrom(0.8) }),
  ];

  it('are chosen on it', () => {
    expect(chosen(folds)).toEqual([0.7, 0.8]);
    const { selection } = selectOutOfFold(folds, { threshold, seed: 1 });
    expect(selection.threshold).toEqual({ ...threshold, chosenOn: { part: 'validation', fewest: 4 } });
  });

  it('are chosen on other folds when one of them has none', () => {
    const mixed = [folds[0]!, { ...folds[1]!, validationPredictions: [] }];
    expect(chosen(mixed)).toEqual([0.65, 0.6]);
  });
});

describe('thresholds of folds without a validation part', () => {
  const first = [
    fold([1, 1], { test: rightFrom(0.6) }),
    fold([1, 2], { test: rightFrom(0.7) }),
    fold([1, 3], { test: rightFrom(0.8) }),
  ];
  const second = [1, 2, 3].map((number) => fold([2, number], { test: rightFrom(0.9) }));

  it('are chosen on the other folds of the same repeat', () => {
    expect(chosen([...first, ...second])).toEqual([0.8, 0.8, 0.7, 0.9, 0.9, 0.9]);
    const { selection } = selectOutOfFold(first, { threshold, seed: 1 });
    expect(selection.threshold).toMatchObject({ chosenOn: { part: 'otherFolds', fewest: 8 } });
  });

  it('do not depend on what is right in the test part of the fold', () => {
    const reversed = rightFrom(0.8).map(([probability, isRight]): Answer => [probability, !isRight]);
    const changed = chosen([first[0]!, first[1]!, fold([1, 3], { test: reversed })]);
    expect(changed[2]).toBe(0.7);
    expect(changed.slice(0, 2)).not.toEqual([0.8, 0.8]);
  });
});

describe('the figures of all folds together', () => {
  const folds = [
    // What they choose is too low for their own test parts: of three answers each that stand, one is wrong.
    fold([1, 1], { test: rightFrom(0.92), validation: rightFrom(0.9) }),
    fold([1, 2], { test: rightFrom(0.7), validation: rightFrom(0.6) }),
  ];
  const { selection, ofFolds } = selectOutOfFold(folds, { threshold, seed: 1 });

  it('are those of the answers that stand by the threshold of their fold', () => {
    expect(ofFolds.map(({ answered, precision }) => [answered, precision])).toEqual([
      [0.75, 2 / 3],
      [0.75, 2 / 3],
    ]);
    expect(selection.answered.share).toBe(0.75);
    expect(selection.precision?.share).toBeCloseTo(2 / 3, 10);
    for (const share of [selection.answered, selection.precision!]) {
      const [low, high] = share.interval;
      expect(low).toBeLessThan(share.share);
      expect(high).toBeGreaterThan(share.share);
    }
  });

  it('are told beside those of one threshold for all, which is chosen on them', () => {
    expect(selection.overall).toMatchObject({ minProbability: expect.closeTo(0.92, 5), precision: 1 });
    expect(selection.overall.answered).toBe(3 / 8);
    expect(overallSentence(selection)).toMatch(
      /less probable than 92\.0 % unknown\. Of all out-of-fold answers, on which the threshold was chosen, 37\.5 % are at least that probable, 100\.0 % of them right/,
    );
  });

  it('are put into words', () => {
    const figures = ofFolds.map((own) => ({ selection: own }));
    expect(selectionSentences(selection, { folds: figures, noun: 'clips' })).toEqual([
      expect.stringMatching(
        /^To get 100\.0 % .* on its validation part \(at least 4 clips\): 75\.0 % get an answer \(95 % interval .* over groups\), of which 66\.7 % are right \(.* to .*\)\.$/,
      ),
    ]);
  });
});

describe('a precision that cannot be reached', () => {
  const wrong: Answer[] = [
    [0.9, false],
    [0.8, true],
  ];
  const words = (folds: readonly AnsweredFold[]) => {
    const { selection, ofFolds } = selectOutOfFold(folds, { threshold, seed: 1 });
    const figures = ofFolds.map((own) => ({ selection: own }));
    return {
      selection,
      ofFolds,
      sentences: selectionSentences(selection, { folds: figures, noun: 'clips' }),
    };
  };
  const never = fold([1, 1], { test: wrong, validation: wrong });

  it('leaves all answers of the fold as they are, and is told', () => {
    const { ofFolds, sentences } = words([never, fold([1, 2], { test: wrong, validation: rightFrom(0.85) })]);
    expect(ofFolds).toMatchObject([{ minProbability: 0, answered: 1 }, { answered: 0.5 }]);
    expect(sentences[1]).toBe(
      'In 1 of the 2 folds there is no such threshold, and nothing is called unknown.',
    );
  });

  it('is told in one sentence when no fold reaches it, and gives an ensemble no threshold', () => {
    const { selection, sentences } = words([never, { ...never, position: { ...never.position, number: 2 } }]);
    expect(sentences).toEqual([expect.stringMatching(/^No fold finds a threshold .* 100\.0 % .* right/)]);
    expect(selection.overall.minProbability).toBe(0);
    expect(overallSentence(selection)).toMatch(/^No answer is called unknown/);
  });
});

describe('a threshold that is given', () => {
  it('holds in all folds', () => {
    const folds = [fold([1, 1], { test: rightFrom(0.6), validation: rightFrom(0.7) })];
    const given = thresholdOf({ minProbability: 0.94 });
    const { selection, ofFolds } = selectOutOfFold(folds, { threshold: given!, seed: 1 });
    expect(ofFolds).toEqual([{ minProbability: 0.94, answered: 0.25, precision: 1 }]);
    expect(selection.threshold).toEqual(given);
    expect(selectionSentences(selection, { folds: [], noun: 'clips' })[0]).toMatch(
      /^With a threshold of 94\.0 %, 25\.0 % get an answer \(.*\), of which 100\.0 % are right\.$/,
    );
  });

  it('may keep nothing, of which no precision is told', () => {
    const folds = [fold([1, 1], { test: rightFrom(0.6) })];
    const { selection } = selectOutOfFold(folds, { threshold: thresholdOf({ minProbability: 1 })!, seed: 1 });
    expect(selection).toMatchObject({ answered: { share: 0 }, precision: null });
  });

  it('is not chosen, too', () => {
    expect(() => thresholdOf({ minProbability: 0.8, targetPrecision: 0.9 })).toThrow(
      expect.objectContaining({ code: 'usage', problem: expect.stringMatching(/both were given/) }),
    );
    expect(thresholdOf({})).toBeNull();
  });
});
