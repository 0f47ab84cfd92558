import { describe, expect, it } from 'vitest';
import type { Dataset, Example } from '../../src/datasets/dataset.js';
import { splitNamed } from '../../src/datasets/found.js';
import { scanDataset } from '../../src/datasets/scan-dataset.js';
import { foldsTogether, splitByGroup } from '../../src/datasets/split.js';
import { sharedFolder } from '../support/shared.js';

/** Examples written as `label group split?`, such as `0 a train`. */
function dataset(labels: readonly string[], lines: readonly string[]): Dataset {
  const examples = lines.map((line, index): Example => {
    const [label = '', group = '', word = ''] = line.split(' ');
    const split = splitNamed(word);
    return {
      id: `clip-${index}`,
      path: `/clips/clip-${index}`,
      label: Number(label),
      group,
      ...(split && { split }),
    };
  });
  return { labels, examples, skipped: [] };
}

const LABELS = ['fall', 'rise'];
const shares = (validation: number, test: number) => ({ validation, test, seed: 1 });

/** How many examples of each class. */
const classCounts = (examples: readonly Example[], classes: number) =>
  Array.from({ length: classes }, (_, label) => examples.filter((each) => each.label === label).length);

const groupsIn = (examples: readonly Example[]) => new Set(examples.map((example) => example.group));

function expectWholeGroups(split: ReturnType<typeof splitByGroup>, all: Dataset): void {
  const parts = Object.values(split);
  expect(
    parts
      .flat()
      .map((each) => each.id)
      .sort(),
  ).toEqual(all.examples.map((each) => each.id).sort());
  const places = parts.flatMap((part) => [...groupsIn(part)]);
  expect(places.length).toBe(new Set(places).size);
}

describe('splitByGroup', () => {
  const singles = dataset(
    ['a', 'b', 'c'],
    Array.from({ length: 120 }, (_, index) => `${index % 3} group-${index}`),
  );

  it('gives each part its share of each class when every clip is its own group', () => {
    const split = splitByGroup(singles, shares(0.15, 0.25));
    expectWholeGroups(split, singles);
    expect(classCounts(split.train, 3)).toEqual([24, 24, 24]);
    expect(classCounts(split.validation, 3)).toEqual([6, 6, 6]);
    expect(classCounts(split.test, 3)).toEqual([10, 10, 10]);
  });

  it('trains on at most so many of each class, fewer being part of more', () => {
    const whole = splitByGroup(singles, shares(0.15, 0.25));
    const [some, fewer] = [9, 4].map((perClass) =>
      splitByGroup(singles, { ...shares(0.15, 0.25), perClass }),
    ) as [typeof whole, typeof whole];
    expect(classCounts(some.train, 3)).toEqual([9, 9, 9]);
    expect(classCounts(fewer.train, 3)).toEqual([4, 4, 4]);
    expect(some.train).toEqual(expect.arrayContaining([...fewer.train]));
    expect({ ...some, train: whole.train }).toEqual(whole);
  });

  it('is the same for the same seed and another for another', () => {
    const ids = (seed: number) =>
      splitByGroup(singles, { validation: 0.2, test: 0.2, seed }).test.map((each) => each.id);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).not.toEqual(ids(2));
  });

  it('keeps the examples in the order of the dataset', () => {
    const places = splitByGroup(singles, shares(0.2, 0.2)).train.map((each) =>
      singles.examples.indexOf(each),
    );
    expect(places).toEqual([...places].sort((one, other) => one - other));
  });

  it('never tears a group apart, of one class or of several', () => {
    const uneven = dataset(
      LABELS,
      Array.from({ length: 100 }, (_, index) => `${index % 2} film-${Math.floor(Math.sqrt(index))}`),
    );
    const split = splitByGroup(uneven, shares(0.2, 0.2));
    expectWholeGroups(split, uneven);
    for (const part of Object.values(split)) {
      const [falls, rises] = classCounts(part, 2);
      expect(Math.abs(falls! - rises!)).toBeLessThanOrEqual(4);
    }
    expect(split.train.length).toBeGreaterThanOrEqual(50);
  });

  it('puts a class that has one group into train', () => {
    const rare = dataset(LABELS, ['0 a', '0 b', '0 c', '0 d', '1 only', '1 only']);
    const split = splitByGroup(rare, shares(0.25, 0.25));
    expect(classCounts(split.train, 2)[1]).toBe(2);
    expect(split.validation.length).toBe(1);
    expect(split.test.length).toBe(1);
  });

  it('gives train, test and validation a group each of a class that has three', () => {
    const small = dataset(LABELS, ['0 a', '0 b', '0 c', '1 d', '1 e', '1 f']);
    const split = splitByGroup(small, shares(0.15, 0.15));
    for (const part of Object.values(split)) expect(classCounts(part, 2)).toEqual([1, 1]);
  });

  it('leaves a part empty whose share is 0', () => {
    const split = splitByGroup(singles, shares(0, 0.5));
    expect(split.validation).toEqual([]);
    expect(split.train.length).toBe(60);
  });

  it('says how many groups each class has when there are too few', () => {
    const poor = dataset(LABELS, ['0 a', '0 a', '1 b', '1 b']);
    expect(() => splitByGroup(poor, shares(0.2, 0.2))).toThrow(
      expect.objectContaining({
        code: 'bad_dataset',
        problem: expect.stringMatching(/too few groups.*fall: 1\n.*rise: 1/s),
      }),
    );
  });

  it('keeps a split that is given', () => {
    const given = dataset(LABELS, ['0 a train', '1 b train', '0 c validation', '1 d test', '0 e test']);
    const split = splitByGroup(given, shares(0.2, 0.2));
    expect(split.train).toEqual(given.examples.slice(0, 2));
    expect(split.validation).toEqual(given.examples.slice(2, 3));
    expect(split.test).toEqual(given.examples.slice(3));
  });

  it('takes validation out of a given train where none is given', () => {
    const lines = Array.from(
      { length: 40 },
      (_, index) => `${index % 2} g${index} ${index < 30 ? 'train' : 'test'}`,
    );
    const given = dataset(LABELS, lines);
    const split = splitByGroup(given, shares(0.2, 0.4));
    expectWholeGroups(split, given);
    expect(split.test).toEqual(given.examples.slice(30));
    expect(classCounts(split.validation, 2)).toEqual([3, 3]);
  });
});

describe.skipIf(!sharedFolder)('splitByGroup on the surveillance clips', () => {
  it('keeps films whole and classes even, for any seed', async () => {
    const clips = await scanDataset(`${sharedFolder}/datasets/surveillance-fight`);
    for (const seed of [1, 2, 3, 4, 5]) {
      const split = splitByGroup(clips, { validation: 0.15, test: 0.15, seed });
      expectWholeGroups(split, clips);
      for (const part of [split.validation, split.test]) {
        expect(part.length).toBeGreaterThanOrEqual(34);
        expect(part.length).toBeLessThanOrEqual(39);
        const [fights, others] = classCounts(part, 2);
        expect(Math.abs(fights! - others!)).toBeLessThanOrEqual(2);
      }
    }
  });
});

describe('folds', () => {
  const grouped = dataset(
    LABELS,
    Array.from({ length: 90 }, (_, index) => `${index % 2} group-${Math.floor(index / 3)}`),
  );
  const fold = (number: number, of = 5, seed = 1) =>
    splitByGroup(grouped, { validation: 0.2, test: 0.9, fold: { number, of }, seed });

  it('test every example once, and never split a group', () => {
    const folds = [1, 2, 3, 4, 5].map((number) => fold(number));
    for (const split of folds) {
      expectWholeGroups(split, grouped);
      expect(classCounts(split.test, 2)).toEqual([9, 9]);
      expect(split.validation.length).toBeGreaterThan(10);
    }
    const tested = folds.flatMap(({ test }) => test.map(({ id }) => id));
    expect(tested).toHaveLength(90);
    expect(new Set(tested).size).toBe(90);
  });

  it('are others for another seed', () => {
    const ids = (seed: number) => fold(1, 5, seed).test.map(({ id }) => id);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).not.toEqual(ids(2));
  });

  it('leave the test part that a dataset gives alone', () => {
    const lines = Array.from(
      { length: 24 },
      (_, index) => `${index % 2} g${index} ${index < 8 ? 'test' : 'train'}`,
    );
    const given = dataset(LABELS, lines);
    const split = splitByGroup(given, { validation: 0.25, test: 0, fold: { number: 2, of: 4 }, seed: 1 });
    expect(Object.values(split).flat()).toHaveLength(16);
    expect(
      Object.values(split)
        .flat()
        .every((example) => example.split === 'train'),
    ).toBe(true);
  });

  it('are refused where there are more of them than groups', () => {
    const few = dataset(LABELS, ['0 a', '1 b', '0 c', '1 d']);
    expect(() => splitByGroup(few, { validation: 0, test: 0, fold: { number: 5, of: 5 }, seed: 1 })).toThrow(
      expect.objectContaining({
        problem: expect.stringMatching(/too few clips .*\. Clips of each class:\n {2}fall: 2\n {2}rise: 2/),
        fix: 'Add clips of each class, or give fewer --folds.',
      }),
    );
  });
});

describe('folds inside a fold', () => {
  const grouped = dataset(
    LABELS,
    Array.from({ length: 90 }, (_, index) => `${index % 2} group-${Math.floor(index / 3)}`),
  );
  const split = (fold: Parameters<typeof splitByGroup>[1]['fold'], seed = 1) =>
    splitByGroup(grouped, { validation: 0.2, test: 0, fold, seed });
  const innerSplits = (number: number, seed: number) =>
    [1, 2, 3].map((inner) => split({ number: inner, of: 3, without: { number, of: 5 } }, seed));
  const idsOf = (examples: readonly Example[]) => examples.map(({ id }) => id);

  it.each([1, 2, 3, 4, 5])(
    'have nothing of the test part of fold %i, nor of its groups, in any part',
    (number) => {
      for (const seed of [1, 2, 3]) {
        const { test } = split({ number, of: 5 }, seed);
        expect(test).toHaveLength(18);
        for (const inner of innerSplits(number, seed)) {
          const seen = Object.values(inner).flat();
          expect(seen.filter((example) => groupsIn(test).has(example.group))).toEqual([]);
          expect(new Set(idsOf([...seen, ...test])).size).toBe(90);
        }
      }
    },
  );

  it('test each of the other examples once, and never split a group', () => {
    for (const number of [1, 2, 3, 4, 5]) {
      const { train, validation } = split({ number, of: 5 });
      const remaining = { ...grouped, examples: [...train, ...validation] };
      const inner = innerSplits(number, 1);
      for (const each of inner) expectWholeGroups(each, remaining);
      expect(inner.flatMap(({ test }) => idsOf(test)).sort()).toEqual(idsOf(remaining.examples).sort());
    }
  });

  it('are refused where what remains has too few groups', () => {
    const few = dataset(LABELS, ['0 a', '1 b', '0 c', '1 d', '0 e', '1 f']);
    const fold = { number: 5, of: 5, without: { number: 1, of: 2 } };
    expect(() => splitByGroup(few, { validation: 0, test: 0, fold, seed: 1 })).toThrow(/too few clips/);
  });
});

describe('foldsTogether', () => {
  it('is all that a fold trains on or tests, validation that the dataset gives, too', () => {
    const given = dataset(LABELS, ['0 a train', '1 b validation', '0 c test', '1 d train']);
    const { train, validation, test } = foldsTogether(given);
    expect([train, validation, test].map((part) => part.map(({ group }) => group))).toEqual([
      ['a', 'b', 'd'],
      [],
      ['c'],
    ]);
    const folds = [1, 2].map((number) =>
      splitByGroup(dataset(LABELS, ['0 a train', '1 b validation', '0 e train', '0 c test', '1 d train']), {
        ...shares(0, 0),
        fold: { number, of: 2 },
      }),
    );
    expect(folds.flatMap(({ test: tested }) => tested.map(({ group }) => group)).sort()).toEqual([
      'a',
      'b',
      'd',
      'e',
    ]);
  });
});
