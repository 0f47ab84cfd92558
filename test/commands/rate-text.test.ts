import { describe, expect, it } from 'vitest';
import { rateText } from '../../src/commands/rate-text.js';

describe('a rate', () => {
  it.each([
    [123.4, '123 a second'],
    [2.46, '2.5 a second'],
    [0.2, '12 a minute'],
    [0.034, '2.0 a minute'],
    [0.001, '3.6 an hour'],
    [0, '0.0 an hour'],
  ])('of %d a second has a digit that says something', (perSecond, text) => {
    expect(rateText(perSecond)).toBe(text);
  });
});
