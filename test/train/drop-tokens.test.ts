import { expect, it } from 'vitest';
import { MARKERS, UNKNOWN } from '../../src/inputs/text/vocabulary.js';
import { random } from '../../src/random.js';
import { dropTokens } from '../../src/train/drop-tokens.js';

it('some tokens are read as unknown, as often as the rate says, and markers never', () => {
  const tokens = Int32Array.from({ length: 10_000 }, (_, at) => at % 5);
  const read = dropTokens(tokens, { rate: 0.25, stream: random(1, 'tokens') });
  const dropped = [...read.keys()].filter((at) => read[at] !== tokens[at]);
  expect(dropped.every((at) => tokens[at]! >= MARKERS && read[at] === UNKNOWN)).toBe(true);
  expect(dropped.length / 4000).toBeCloseTo(0.25, 1);
});
