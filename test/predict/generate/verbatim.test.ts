import { expect, it } from 'vitest';
import { verbatim } from '../../../src/predict/generate/verbatim.js';

const source = 'one two three four five six seven eight\nnine ten';

it('counts the words of runs that another text has word for word', () => {
  const text = 'zero one two three four\nfive six seven nought nine ten';
  expect(verbatim(text, source)).toEqual({ words: 11, copied: 7, run: 6, longest: 7 });
});

it('counts no run that is shorter, and no part of a word', () => {
  expect(verbatim('one two three four five', source)).toMatchObject({ copied: 0, longest: 5 });
  expect(verbatim('ne two three four five six seve', source)).toMatchObject({ copied: 0, longest: 5 });
  expect(verbatim('', source)).toMatchObject({ words: 0, copied: 0, longest: 0 });
});
