import { expect, it } from 'vitest';
import { measureBaselines } from '../../../src/tasks/classification/baselines.js';
import { assess } from '../../../src/tasks/classification/evaluation.js';
import { wilsonInterval } from '../../../src/tasks/classification/metrics.js';

const labels = ['a', 'b'];
/** Thirty examples, of which every third is taken for the other class. */
function scored(groupOf: (index: number) => string) {
  const examples = Array.from({ length: 30 }, (_, index) => ({
    id: `clip ${index}`,
    label: index % 2,
    group: groupOf(index),
  }));
  const predicted = examples.map(({ label }, index) => (index % 3 === 0 ? 1 - label : label));
  const logits = Float32Array.from(predicted.flatMap((said) => (said === 0 ? [1, 0] : [0, 1])));
  return {
    headline: assess({ examples, logits, labels, seed: 1 }),
    table: measureBaselines({ examples, predictions: new Map([['network', predicted]]), seed: 1 }),
  };
}

it.each([
  ['wilson', (index: number) => `clip ${index}`],
  ['groups', (index: number) => `film ${index % 10}`],
] as const)('the interval of an accuracy is one, in the headline and in the table: %s', (method, groupOf) => {
  const { headline, table } = scored(groupOf);
  const { interval, intervalMethod } = table.classifiers[0]!;
  expect(intervalMethod).toBe(method);
  expect(headline).toMatchObject({ interval, intervalMethod });
});

it('the interval of examples that are groups of their own is the score interval', () => {
  expect(scored((index) => `clip ${index}`).headline.interval).toEqual(wilsonInterval(20, 30));
});
