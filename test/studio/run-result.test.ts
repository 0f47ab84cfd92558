import { describe, expect, it } from 'vitest';
import { adviceFor } from '../../src/studio/advice.js';
import type { StoredClip } from '../../src/studio/clip-folder.js';
import type { ClipAnswer } from '../../src/studio/messages.js';
import { plainSentences } from '../../src/studio/run-result.js';

const labels = ['a', 'b'];

/** Clips that are groups of their own. */
const clipsOf = (label: string, count: number): StoredClip[] =>
  Array.from({ length: count }, (_, index) => {
    const exampleId = `${label}/${index}`;
    const about = { id: exampleId, exampleId, label, name: `${index}`, group: exampleId };
    return { ...about, path: exampleId, isGrouped: false, version: '1', bytes: 1, isFolder: false };
  });

const answer = (unknown: ClipAnswer['unknown']): ClipAnswer => ({
  id: 'a/0',
  version: '1',
  isFolder: false,
  name: '0',
  label: 'a',
  predicted: 'a',
  probability: 0.6,
  unknown,
});

describe('advice', () => {
  it('counts the recordings that a model can learn from alone', () => {
    const usable = [...clipsOf('a', 6), ...clipsOf('b', 2)];
    expect(adviceFor({ labels, answers: [answer(null)], usable })).toEqual([
      'Record “b” again, at another time or place: it has 2 separate recordings so far.',
    ]);
  });

  it('says where the model was right but did not dare to say so', () => {
    const usable = [...clipsOf('a', 6), ...clipsOf('b', 6)];
    expect(adviceFor({ labels, answers: [answer(null), answer('unsure')], usable })).toEqual([
      "The model's first guess was right for every tested clip, but it was too unsure to answer 1 of the 2. Record each class in more places and in different light: that makes the model more certain.",
    ]);
  });
});

describe('what the comparisons mean', () => {
  const none = { difference: 0, interval: [0, 0] as const, differingGroups: 0, isShown: false };

  it('is said without figures where there is no difference', () => {
    expect(plainSentences({ order: none, recurrence: none })).toEqual([
      'This test does not show that the order of the frames matters: with the frames shuffled, your model does just as well.',
      'This test does not show that your model beats frames without their order: they do just as well.',
    ]);
  });

  it('is said with figures where there is one', () => {
    const some = { ...none, difference: 0.1, interval: [-0.1, 0.3] as const };
    expect(plainSentences({ order: some, recurrence: null })).toEqual([
      expect.stringContaining('with the frames shuffled, the difference is 10.0 points'),
    ]);
  });
});
