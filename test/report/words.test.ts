import { describe, expect, it } from 'vitest';
import { leakText, selectionSentences, unlikeSentences } from '../../src/report/words.js';

describe('what is said of leaks', () => {
  it('advises to remove copies, and to keep what order alone tells apart', () => {
    const parts = ['train', 'test'] as const;
    expect(leakText([{ kind: 'content', ids: ['a', 'b'], parts }])).toMatch(
      /a \(train\) is the same as b \(test\)\n {2}Remove the copies/,
    );
    const reordered = leakText([{ kind: 'order', ids: ['bend', 'rise'], parts }]);
    expect(reordered).toMatch(/figures too good: 1 pair\.\n/);
    expect(reordered).toContain('bend (train) has nearly the same frames, in another order, as rise (test)');
    expect(reordered).toMatch(/Keep them, .* give both of a pair the same group in a manifest/);
    expect(reordered).not.toContain('Remove');
  });
});

describe('what is said of answers that are unlike the training clips', () => {
  const unlike = { unlike: 0.05, maxDistance: 0.9, outliers: null };

  it('names the share once where the distance alone decides', () => {
    const selection = { minProbability: 0, answered: 0.95, precision: 0.99 };
    expect(selectionSentences({ ...unlike, selection })).toEqual([]);
    expect(unlikeSentences({ ...unlike, selection })).toEqual([
      '5.0 % are called unlike: farther than 0.900 from what the model was trained on. Of the other answers, 99.0 % are right.',
    ]);
  });

  it('names the share of each where a threshold decides, too', () => {
    const selection = { minProbability: 0.8, answered: 0.75, precision: 0.99 };
    expect(selectionSentences({ ...unlike, selection })).toEqual([
      'With a threshold of 80.0 % and a distance of at most 0.900, 75.0 % get an answer, and 99.0 % of these answers are right.',
    ]);
    expect(unlikeSentences({ ...unlike, selection })).toEqual([
      '5.0 % are called unlike: farther than 0.900 from what the model was trained on.',
    ]);
  });
});
