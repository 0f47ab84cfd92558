import { describe, expect, it } from 'vitest';
import { largeParts } from '../../../src/inputs/digits/large-parts.js';

/** A map of rows, with x for ink. */
function kept(rows: readonly string[], share: number): string[] {
  const [width, height] = [rows[0]!.length, rows.length];
  const inked = Uint8Array.from(rows.join(''), (mark) => (mark === 'x' ? 1 : 0));
  const marks = Array.from(largeParts({ width, height, inked }, share), (value) => (value ? 'x' : '.'));
  return rows.map((_, row) => marks.slice(row * width, (row + 1) * width).join(''));
}

describe('largeParts', () => {
  it('drops what is small beside the largest part, and nothing else', () => {
    const rows = ['xxxx...x', 'x.......', 'xxxx..xx', '.......x'];
    expect(kept(rows, 0.2)).toEqual(['xxxx....', 'x.......', 'xxxx..xx', '.......x']);
    expect(kept(rows, 0.1)).toEqual(rows);
  });

  it('joins what touches at a corner, but not around the edge', () => {
    const rows = ['..x.....', '...x....', '....x..x', '.......x', 'x.......'];
    expect(kept(rows, 0.5)).toEqual(['..x.....', '...x....', '....x..x', '.......x', '........']);
  });

  it('keeps nothing of nothing', () => {
    expect(kept(['..', '..'], 0.5)).toEqual(['..', '..']);
  });
});
