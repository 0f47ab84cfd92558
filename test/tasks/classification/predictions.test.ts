import { describe, expect, it } from 'vitest';
import {
  type Prediction,
  parsePredictions,
  predictionsCsv,
} from '../../../src/tasks/classification/predictions.js';

const labels = ['down', 'up'];
const prediction: Prediction = {
  example: { id: 'a, "b".mp4', group: 'film', label: 1 },
  probabilities: [0.25, 0.75],
  classifiers: { majority: 0, network: 1 },
};
const attending: Prediction = { ...prediction, attention: [0.1, 0.2, 1 / 3, 1 - 0.3 - 1 / 3] };

describe('predictions as CSV', () => {
  it.each([
    ['of a network that does not attend', [prediction, prediction]],
    ['of one that does', [attending, { ...attending, attention: [1] }]],
  ])('are read again as they were written, %s', (_, predictions) => {
    const csv = predictionsCsv(predictions, labels);
    expect(parsePredictions(csv, labels, 'predictions.csv')).toEqual(predictions);
  });

  it('are refused when a weight of a timestep is no number', () => {
    const csv = predictionsCsv([{ ...attending, attention: [Number.NaN] }], labels);
    expect(() => parsePredictions(csv, labels, 'predictions.csv')).toThrow(/lines that do not fit/);
  });
});
