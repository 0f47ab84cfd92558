import { describe, expect, it } from 'vitest';
import { checkSampling, chooseToken, type Sampling } from '../../../src/predict/generate/choose-token.js';
import { random } from '../../../src/random.js';

/** Probabilities 0.5, 0.3, 0.15, 0.05. */
const logits = Float32Array.from([0.5, 0.3, 0.15, 0.05], Math.log);

function shares(sampling: Sampling, excluded: readonly number[] = []): number[] {
  const stream = random(1, 'test');
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 20_000; draw++) counts[chooseToken(logits, { sampling, excluded, stream })]! += 1;
  return counts.map((count) => count / 20_000);
}

const expectShares = (found: readonly number[], wanted: readonly number[]) =>
  found.forEach((share, token) => {
    if (wanted[token] === 0) expect(share).toBe(0);
    else expect(Math.abs(share - wanted[token]!)).toBeLessThan(0.015);
  });

describe('the next token', () => {
  it('is drawn as the network expects it', () => {
    expectShares(shares({}), [0.5, 0.3, 0.15, 0.05]);
  });

  it('is drawn by powers of that at another temperature', () => {
    const squares = [0.25, 0.09, 0.0225, 0.0025].map((square) => square / 0.365);
    expectShares(shares({ temperature: 0.5 }), squares);
  });

  it('is one of the most probable where only so many may be', () => {
    expectShares(shares({ topK: 2 }), [0.625, 0.375, 0, 0]);
    expectShares(shares({ topK: 1 }), [1, 0, 0, 0]);
  });

  it('is one of the fewest that are together as probable as asked', () => {
    expectShares(shares({ topP: 0.4 }), [1, 0, 0, 0]);
    expectShares(shares({ topP: 0.7 }), [0.625, 0.375, 0, 0]);
    expectShares(shares({ topP: 1 }), [0.5, 0.3, 0.15, 0.05]);
    // Of the two that topK leaves, the first alone is 0.625.
    expectShares(shares({ topK: 2, topP: 0.6 }), [1, 0, 0, 0]);
  });

  it('is the first of equals where not all may be drawn', () => {
    const stream = random(1, 'test');
    const equal = Float32Array.of(0, 1, 1, 1);
    for (let draw = 0; draw < 50; draw++) {
      expect([1, 2]).toContain(chooseToken(equal, { sampling: { topK: 2 }, excluded: [], stream }));
    }
  });

  it('is the most probable where nothing is drawn', () => {
    expectShares(shares({ greedy: true }), [1, 0, 0, 0]);
  });

  it('is never one that is excluded', () => {
    expectShares(shares({}, [0]), [0, 0.6, 0.3, 0.1]);
    expectShares(shares({ greedy: true }, [0]), [0, 1, 0, 0]);
    expectShares(shares({ topK: 4, topP: 1 }, [0, 1]), [0, 0, 0.75, 0.25]);
  });
});

it.each<Sampling>([
  { temperature: 0 },
  { temperature: Number.NaN },
  { topK: 0 },
  { topK: 1.5 },
  { topP: 0 },
  { topP: 1.1 },
  { greedy: true, temperature: 0.8 },
])('refuses %j', (sampling) => {
  expect(() => checkSampling(sampling)).toThrow(expect.objectContaining({ code: 'usage' }));
});
