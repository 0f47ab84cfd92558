import { describe, expect, it } from 'vitest';
import {
  BEGIN,
  buildVocabulary,
  END,
  MARKERS,
  UNKNOWN,
  vocabularyOf,
} from '../../../src/inputs/text/vocabulary.js';

const texts = [
  ['b', 'a', 'c'],
  ['a', 'b', 'b', 'd'],
];

describe('buildVocabulary', () => {
  it('numbers tokens after the markers, the most frequent first and equals by code unit', () => {
    const { words, size, numberOf } = buildVocabulary(texts, { minCount: 1 });
    expect(words).toEqual(['b', 'a', 'c', 'd']);
    expect(size).toBe(4 + MARKERS);
    expect(numberOf('b')).toBe(MARKERS);
    expect(numberOf('d')).toBe(MARKERS + 3);
    expect(new Set([UNKNOWN, BEGIN, END, ...words.map(numberOf)]).size).toBe(size);
  });

  it('knows nothing of what is too rare', () => {
    const { words, numberOf } = buildVocabulary(texts, { minCount: 2 });
    expect(words).toEqual(['b', 'a']);
    expect(numberOf('c')).toBe(UNKNOWN);
    expect(numberOf('never seen')).toBe(UNKNOWN);
  });

  it('keeps the most frequent when there are too many', () => {
    expect(buildVocabulary(texts, { minCount: 1, most: 1 }).words).toEqual(['b']);
  });
});

describe('vocabularyOf', () => {
  it('is the same vocabulary as the one whose words were kept', () => {
    const built = buildVocabulary(texts, { minCount: 1 });
    const kept = vocabularyOf(built.words);
    for (const token of ['a', 'b', 'c', 'd', 'e']) expect(kept.numberOf(token)).toBe(built.numberOf(token));
    expect(kept.size).toBe(built.size);
  });

  it('says what a number stands for, which is nothing for a marker', () => {
    const { tokenOf, numberOf } = vocabularyOf(['x', 'y']);
    expect(tokenOf(numberOf('y'))).toBe('y');
    expect([UNKNOWN, BEGIN, END].map(tokenOf)).toEqual([undefined, undefined, undefined]);
  });
});
