import { describe, expect, it } from 'vitest';
import { strandsOf } from '../../../src/tasks/language/strands.js';

const stream = Int32Array.from({ length: 22 }, (_, index) => index);

describe('strands of a stream', () => {
  it('ask for the token after each, and go on from stretch to stretch', () => {
    const strands = strandsOf(stream, { strands: 2, timesteps: 4, isWhole: false });
    expect(strands).toMatchObject({ count: 3, tokens: 20 });
    const stretches = [0, 1, 2].map(strands.stretch);
    expect(stretches.map(({ batch }) => batch.timesteps)).toEqual([4, 4, 2]);
    expect([...stretches[0]!.batch.data]).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
    expect([...stretches[0]!.targets]).toEqual([1, 2, 3, 4, 11, 12, 13, 14]);
    expect([...stretches[2]!.batch.data]).toEqual([8, 9, 18, 19]);
    expect([...stretches[2]!.targets]).toEqual([9, 10, 19, 20]);
    for (const { batch, targets } of stretches) {
      expect([...targets]).toEqual(Array.from(batch.data, (token) => token + 1));
    }
  });

  it('leave out a last stretch that is shorter where all are to be as long', () => {
    const strands = strandsOf(stream, { strands: 2, timesteps: 4, isWhole: true });
    expect(strands).toMatchObject({ count: 2, tokens: 16 });
  });

  it('are none of a stream that is too short', () => {
    expect(strandsOf(stream, { strands: 2, timesteps: 11, isWhole: true }).count).toBe(0);
    expect(strandsOf(new Int32Array(0), { strands: 1, timesteps: 1, isWhole: false }).count).toBe(0);
  });
});
