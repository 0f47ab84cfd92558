import { describe, expect, it } from 'vitest';
import { tokenizerOf } from '../../../src/inputs/text/tokenizer.js';

const characters = tokenizerOf({ unit: 'character', normalization: 'none' });
const words = tokenizerOf({ unit: 'word', normalization: 'none' });

describe('characters', () => {
  it('leaves whole what people take for one character', () => {
    const decomposed = 'e\u0301';
    const family = '👩‍👩‍👧‍👦';
    const flag = '🇩🇪';
    const text = `A${decomposed}${family}${flag}नि`;
    expect(characters.tokenize(text)).toEqual(['A', decomposed, family, flag, 'नि']);
  });

  it('cuts what every code unit is a character of', () => {
    expect(characters.tokenize("O'Néàl ß")).toEqual(['O', "'", 'N', 'é', 'à', 'l', ' ', 'ß']);
  });

  it('keeps a line end of two characters in one', () => {
    expect(characters.tokenize('a\r\nb')).toEqual(['a', '\r\n', 'b']);
  });

  it('gives back the text that it cut', () => {
    const text = 'Ångström 👩‍🚀\r\nنص\n';
    expect(characters.join(characters.tokenize(text))).toBe(text);
  });

  it('has no tokens of nothing', () => {
    expect(characters.tokenize('')).toEqual([]);
  });
});

describe('words', () => {
  it('takes words and punctuation for tokens, and leaves white space out', () => {
    expect(words.tokenize("What's  the\tcapital of Côte d'Ivoire?\n")).toEqual([
      "What's",
      'the',
      'capital',
      'of',
      'Côte',
      "d'Ivoire",
      '?',
    ]);
  });

  it('end at white space alone in texts that were cut already', () => {
    const treebank = tokenizerOf({ unit: 'word', normalization: 'none', boundaries: 'spaces' });
    expect(treebank.tokenize(" mr. <unk> is n't\tthere \n")).toEqual(['mr.', '<unk>', 'is', "n't", 'there']);
    expect(treebank.tokenize(' ')).toEqual([]);
  });

  it('puts spaces between words', () => {
    expect(words.join(['to', 'be'])).toBe('to be');
  });

  it('has no tokens of white space', () => {
    expect(words.tokenize(' \t\n')).toEqual([]);
  });
});

describe('normalization', () => {
  const lower = tokenizerOf({ unit: 'character', normalization: 'lower-case' });

  it('lowers case and leaves accents', () => {
    expect(lower.tokenize('ÉİΣ').join('')).toBe('éi\u0307ς');
    expect(lower.tokenize('Ślusàrski').join('')).toBe('ślusàrski');
  });

  it('changes nothing when there is none', () => {
    expect(characters.tokenize('Éß').join('')).toBe('Éß');
  });
});
