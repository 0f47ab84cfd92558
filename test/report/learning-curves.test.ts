import { expect, it } from 'vitest';
import { learningCurves } from '../../src/report/learning-curves.js';
import type { EpochRecord } from '../../src/train/checkpoint.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

const record = (stage: number, trainAccuracy: number | null): EpochRecord => ({
  stage,
  epoch: 1,
  trainLoss: 0.5,
  trainAccuracy,
  seconds: 1,
  validationLoss: null,
  validationAccuracy: null,
});
const labelsOf = (records: readonly EpochRecord[]) =>
  learningCurves(records, tinyPipeline).map(({ label }) => label);

it('draws distillation, whose loss is another, by itself', () => {
  const classification = ['Loss by epoch', 'Accuracy by epoch'];
  expect(labelsOf([record(0, 0.5), record(1, 0.6)])).toEqual(classification);
  expect(labelsOf([record(0, null), record(1, 0.6)])).toEqual([
    expect.stringMatching(/^Distillation/),
    ...classification,
  ]);
  expect(labelsOf([])).toEqual([]);
});
