import { describe, expect, it } from 'vitest';
import { baselineText } from '../../../src/report/baseline-words.js';
import {
  type BaselineName,
  measureBaselines,
  mostFrequentClass,
} from '../../../src/tasks/classification/baselines.js';

const examples = Array.from({ length: 40 }, (_, index) => ({ label: index % 2, group: `g${index}` }));
const truth = examples.map(({ label }) => label);
const wrongAt = (count: number) => truth.map((label, index) => (index < count ? 1 - label : label));
const baselines = (predictions: Array<[BaselineName, number[]]>) =>
  measureBaselines({ examples, predictions: new Map(predictions), seed: 1 });

describe('measureBaselines', () => {
  it('lists the classifiers from the lowest to the network', () => {
    const { classifiers } = baselines([
      ['network', wrongAt(4)],
      ['majority', examples.map(() => 0)],
      ['mean', wrongAt(10)],
    ]);
    expect(classifiers.map(({ name, accuracy }) => [name, accuracy])).toEqual([
      ['majority', 0.5],
      ['mean', 0.75],
      ['network', 0.9],
    ]);
  });

  it('shows that order matters where shuffling costs many examples', () => {
    const { order } = baselines([
      ['network', wrongAt(2)],
      ['shuffled', wrongAt(22)],
    ]);
    expect(order).toMatchObject({ difference: 0.5, differingGroups: 20, isShown: true });
  });

  it('does not take a small difference for one', () => {
    const { recurrence, order } = baselines([
      ['network', wrongAt(10)],
      ['mean', wrongAt(11)],
    ]);
    expect(recurrence).toMatchObject({ isShown: false });
    expect(order).toBeNull();
  });

  it('wants six groups to differ, not clips of one', () => {
    const alike = examples.map(({ label }, index) => ({ label, group: index < 20 ? 'one' : `g${index}` }));
    const { order } = measureBaselines({
      examples: alike,
      predictions: new Map<BaselineName, number[]>([
        ['network', truth],
        ['shuffled', wrongAt(24)],
      ]),
      seed: 1,
    });
    expect(order).toMatchObject({ differingGroups: 5, isShown: false });
  });
});

describe('baselineText', () => {
  it('says in words what the table means', () => {
    const text = baselineText(
      baselines([
        ['network', wrongAt(2)],
        ['shuffled', wrongAt(22)],
        ['mean', wrongAt(3)],
      ]),
    );
    expect(text).toMatch(/\| network +\| 95\.0 %/);
    expect(text).toMatch(/Order matters: shuffled, the network loses 50\.0 points/);
    expect(text).toMatch(/not shown to beat the mean over time/);
  });
});

it('mostFrequentClass takes the first of equals', () => {
  expect(mostFrequentClass([{ label: 2 }, { label: 1 }, { label: 2 }, { label: 1 }])).toBe(1);
});
