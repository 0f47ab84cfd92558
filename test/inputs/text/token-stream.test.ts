import { describe, expect, it } from 'vitest';
import { GrowingStream } from '../../../src/inputs/text/token-stream.js';

describe('a stream of tokens', () => {
  it('grows beyond what was expected, two bytes a token', () => {
    const growing = new GrowingStream(2);
    growing.append([1, 2, 3]);
    growing.append([]);
    growing.append([4]);
    expect(growing.stream()).toEqual(Uint16Array.of(1, 2, 3, 4));
  });

  it('takes more bytes where two cannot tell its tokens and the markers apart', () => {
    const growing = new GrowingStream(4);
    growing.append([7, 65_532]);
    expect(growing.stream()).toBeInstanceOf(Uint16Array);
    growing.append([65_533]);
    growing.append([1_000_000]);
    expect(growing.stream()).toEqual(Int32Array.of(7, 65_532, 65_533, 1_000_000));
  });
});
