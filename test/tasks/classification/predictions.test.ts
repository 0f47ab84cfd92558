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
    const csv = predictionsCsv(predictions, { labels, limits: () => ({ minProbability: 0.8 }) });
    expect(parsePredictions(csv, labels, 'predictions.csv')).toEqual(predictions);
  });

  it('say why an answer is unknown, beside the most probable class', () => {
    const csv = predictionsCsv([prediction, prediction], {
      labels: ['down', 'unknown'],
      limits: (index) => ({ minProbability: index === 0 ? 0.8 : 0 }),
    });
    const [head, unsure, sure] = csv.trim().split('\n');
    expect(head).toMatch(/,predicted,unknown_reason,unknown_score,/);
    expect(unsure).toContain(',unknown,unsure,0.75,');
    expect(sure).toContain(',unknown,,,');
  });

  it('have no cell that a spreadsheet takes for a formula, and are read again all the same', () => {
    const names = ['=1+1', '@sum'];
    const hostile = { ...prediction, example: { id: '-cmd.mp4', group: '+x', label: 0 } };
    const csv = predictionsCsv([hostile], { labels: names, limits: () => ({ minProbability: 0 }) });
    expect(csv.split('\n')[1]).toMatch(/^'-cmd\.mp4,'\+x,'=1\+1,'@sum,/);
    expect(parsePredictions(csv, names, 'predictions.csv')).toEqual([hostile]);
  });

  it('are refused when a weight of a timestep is no number', () => {
    const csv = predictionsCsv([{ ...attending, attention: [Number.NaN] }], {
      labels,
      limits: () => ({ minProbability: 0 }),
    });
    expect(() => parsePredictions(csv, labels, 'predictions.csv')).toThrow(/lines that do not fit/);
  });
});
