import { expect, it } from 'vitest';
import { random } from '../../../src/random.js';
import { addOutlierClass, takeOutlierClass } from '../../../src/tasks/classification/outlier-class.js';
import { OUTLIER_HEAD, openOutlierOdds } from '../../../src/tasks/classification/outlier-odds.js';
import type { Weights } from '../../../src/tensors/tensor.js';

const [WIDTH, CLASSES] = [5, 3];
const stream = random(1, 'head');
const draw = (count: number) => Float32Array.from({ length: count }, () => stream.normal());
/** Of three classes and the outliers'. */
const whole: Weights = new Map([
  ['recurrent.kernel', { shape: [2], data: draw(2) }],
  ['head.kernel', { shape: [WIDTH, CLASSES + 1], data: draw(WIDTH * (CLASSES + 1)) }],
  ['head.bias', { shape: [CLASSES + 1], data: draw(CLASSES + 1) }],
]);

function logitsOf(weights: Weights, readout: Float32Array): number[] {
  const [kernel, bias] = [weights.get('head.kernel')!.data, weights.get('head.bias')!.data];
  return Array.from(bias, (start, label) =>
    readout.reduce((sum, value, row) => sum + value * kernel[row * bias.length + label]!, start),
  );
}

it("takes the outliers' class out of a head, whose other logits stay as they are", () => {
  const taken = takeOutlierClass(whole);
  const readout = draw(WIDTH);
  expect(taken.get('head.kernel')!.shape).toEqual([WIDTH, CLASSES]);
  expect(logitsOf(taken, readout)).toEqual(logitsOf(whole, readout).slice(0, CLASSES));
  expect(taken.get(OUTLIER_HEAD)!.shape).toEqual([WIDTH + 1, CLASSES + 1]);
  expect(taken.get('recurrent.kernel')).toEqual(whole.get('recurrent.kernel'));
});

it('gives the odds of the outliers against all classes, as the whole head does', () => {
  const oddsOf = openOutlierOdds(takeOutlierClass(whole).get(OUTLIER_HEAD)!);
  for (const readout of [draw(WIDTH), draw(WIDTH), draw(WIDTH).map((value) => 30 * value)]) {
    const powers = logitsOf(whole, readout).map(Math.exp);
    const odds = powers.pop()! / powers.reduce((sum, power) => sum + power);
    expect(oddsOf(readout) / odds).toBeCloseTo(1, 4);
  }
});

it('adds the class to a head of others, with a logit of 0', () => {
  const [head, readout] = [takeOutlierClass(whole), draw(WIDTH)];
  const logits = logitsOf(addOutlierClass(head), readout);
  expect(logits).toEqual([...logitsOf(head, readout), 0]);
  const encoder: Weights = new Map([['conv.kernel', { shape: [1], data: draw(1) }]]);
  expect(addOutlierClass(encoder)).toBe(encoder);
});
