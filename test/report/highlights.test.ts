import { describe, expect, it } from 'vitest';
import { chooseHighlights } from '../../src/report/highlights.js';
import type { Prediction } from '../../src/tasks/classification/predictions.js';

const said = (id: string, label: number, upProbability: number): Prediction => ({
  example: { id, group: id, label },
  probabilities: [1 - upProbability, upProbability],
  classifiers: { network: Number(upProbability > 0.5) },
});
const ids = (predictions: readonly Prediction[]) => predictions.map(({ example }) => example.id);

describe('the clips that a report shows', () => {
  it('are the surest wrong and the surest right ones', () => {
    const { errors, hits } = chooseHighlights([
      said('right', 1, 0.7),
      said('surely wrong', 0, 0.95),
      said('surely right', 0, 0.1),
      said('wrong', 1, 0.4),
    ]);
    expect(ids(errors)).toEqual(['surely wrong', 'wrong']);
    expect(ids(hits)).toEqual(['surely right', 'right']);
  });

  it('are few, and each is there once, however many repeats it is in', () => {
    const repeats = [0.9, 0.8].flatMap((sure) =>
      Array.from({ length: 9 }, (_, clip) => said(`${clip}`, 1, sure)),
    );
    expect(ids(chooseHighlights(repeats).hits)).toEqual(['0', '1', '2', '3', '4', '5']);
  });
});
