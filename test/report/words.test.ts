import { describe, expect, it } from 'vitest';
import { leakText } from '../../src/report/words.js';

describe('what is said of leaks', () => {
  it('advises to remove copies, and to keep what order alone tells apart', () => {
    const parts = ['train', 'test'] as const;
    expect(leakText([{ kind: 'content', ids: ['a', 'b'], parts }])).toMatch(
      /a \(train\) is the same as b \(test\)\n {2}Remove the copies/,
    );
    const reordered = leakText([{ kind: 'order', ids: ['bend', 'rise'], parts }]);
    expect(reordered).toMatch(/figures too good: 1 pair\.\n/);
    expect(reordered).toContain('bend (train) has nearly the same frames, in another order, as rise (test)');
    expect(reordered).toMatch(/Keep them, .* give both of a pair the same group in a manifest/);
    expect(reordered).not.toContain('Remove');
  });
});
