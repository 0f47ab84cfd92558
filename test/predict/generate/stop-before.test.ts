import { describe, expect, it } from 'vitest';
import { stopBefore } from '../../../src/predict/generate/stop-before.js';

/** What is let through, piece by piece. */
function pieces(stop: string, ...pushed: string[]) {
  const stopping = stopBefore(stop);
  const through = pushed.map((text) => stopping.push(text));
  return { texts: through.map(({ text }) => text), isOver: through.at(-1)!.isOver, rest: stopping.rest() };
}

describe('text up to where it says something', () => {
  it('comes through at once where nothing stops it', () => {
    expect(pieces('', 'a', 'b')).toEqual({ texts: ['a', 'b'], isOver: false, rest: '' });
    expect(pieces('x', 'a', 'b')).toEqual({ texts: ['a', 'b'], isOver: false, rest: '' });
  });

  it('ends before it, in one piece or over several', () => {
    expect(pieces('stop', 'go stop now')).toEqual({ texts: ['go '], isOver: true, rest: '' });
    expect(pieces('stop', 'go s', 'to', 'p now')).toEqual({ texts: ['go ', '', ''], isOver: true, rest: '' });
  });

  it('is held back while it may be the beginning, and no longer', () => {
    expect(pieces('\n\n', 'a\n', 'b')).toEqual({ texts: ['a', '\nb'], isOver: false, rest: '' });
    expect(pieces('aab', 'aa', 'a')).toEqual({ texts: ['', 'a'], isOver: false, rest: 'aa' });
  });
});
