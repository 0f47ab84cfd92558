import { describe, expect, it } from 'vitest';
import { NGrams } from '../../../src/tasks/language/n-grams.js';

/** abab c */
const counted = Int32Array.of(0, 1, 0, 1, 2);

const nats = (order: number, ...stream: number[]) =>
  new NGrams(counted, { vocabularySize: 4, order }).natsByOrder(Int32Array.from(stream));

describe('n-grams', () => {
  it('count what came after the last tokens, and fall back by how much else came there', () => {
    // One: counts 2, 2, 1 of 5, and 3 kinds. After b: a once, c once, 2 kinds.
    const single = (count: number) => (count + 3 / 4) / (5 + 3);
    expect(Math.exp(-nats(1, 0, 2)[0]!)).toBeCloseTo(single(1), 12);
    expect(Math.exp(-nats(2, 1, 2)[1]!)).toBeCloseTo((1 + 2 * single(1)) / (2 + 2), 12);
    // After ab the same came as after b.
    expect(Math.exp(-nats(3, 0, 1, 2)[2]! + nats(3, 0, 1)[2]!)).toBeCloseTo(
      (1 + 2 * ((1 + 2 * single(1)) / 4)) / 4,
      12,
    );
  });

  it('give all tokens together a probability of 1, whatever came before', () => {
    for (const history of [[0], [1], [0, 1], [3], [1, 1]]) {
      for (const order of [1, 2, 3]) {
        const before = nats(3, ...history)[order - 1]!;
        const sum = [0, 1, 2, 3].reduce(
          (total, next) => total + Math.exp(before - nats(3, ...history, next)[order - 1]!),
          0,
        );
        expect(sum).toBeCloseTo(1, 12);
      }
    }
  });

  it('of a lower order are those of a model that counts no more', () => {
    expect(nats(3, 0, 1, 2, 0)[1]).toBe(nats(2, 0, 1, 2, 0)[1]);
  });
});
