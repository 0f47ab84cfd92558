import { expect, it } from 'vitest';
import { tokenizerOf } from '../../../src/inputs/text/tokenizer.js';
import { writeWords } from '../../../src/inputs/text/write-words.js';

const { tokenize } = tokenizerOf({ unit: 'word', normalization: 'none' });

it.each([
  'A man in an orange hat, starring at something.',
  'People wait (and wait) at a "bus stop" for the half-hour bus!',
  "The dog's owner doesn't say: where?",
  'Ein saftig-grünes Feld; 3/4 davon gemäht.',
  'x',
  '',
])('puts together what a tokenizer has torn apart: %s', (text) => {
  expect(writeWords(tokenize(text))).toBe(text);
});
