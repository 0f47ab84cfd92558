import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/tensors/safetensors.js';
import type { Weights } from '../../src/tensors/tensor.js';

const weights: Weights = new Map([
  ['second.kernel', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 4, 5e-30, 6) }],
  ['bias', { shape: [2], data: Float32Array.of(0, -0.25) }],
  ['10', { shape: [], data: Float32Array.of(7) }],
  ['quantized.kernel', { shape: [3], data: Float32Array.of(-128, 0, 127), storage: 'int8' }],
  ['nothing', { shape: [0, 4], data: new Float32Array() }],
]);

/** A file with that header, whatever it says, and that many bytes of zeros as values. */
function fileOf(header: unknown, valueBytes: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(valueBytes)]);
}

const entry = (shape: number[], begin: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

function refusal(bytes: Uint8Array): string {
  try {
    decodeSafetensors(bytes, 'a.safetensors');
  } catch (error) {
    if (error instanceof UserError && error.code === 'bad_weights') return error.problem;
    throw error;
  }
  throw new Error('The file was accepted');
}

describe('a safetensors file', () => {
  it('gives back names, order, shapes, values and metadata', () => {
    const decoded = decodeSafetensors(encodeSafetensors(weights, { source: 'here' }), 'a.safetensors');
    expect([...decoded.weights]).toEqual([...weights]);
    expect(decoded.metadata).toEqual({ source: 'here' });
  });

  it('is laid out as the format says: length, JSON header, values from a multiple of 8', () => {
    const bytes = encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]));
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerBytes)).toString())).toEqual({
      __metadata__: {},
      w: entry([2], 0, 8),
    });
    expect(headerBytes % 8).toBe(0);
    expect(Buffer.from(bytes.subarray(8 + headerBytes)).toString('hex')).toBe('0000803f00000040');
  });

  it('can lie at any place of a larger buffer', () => {
    const file = encodeSafetensors(weights);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect([...decodeSafetensors(shifted.subarray(3), 'a.safetensors').weights]).toEqual([...weights]);
  });

  it('is where its values lie, so that large ones are not in memory twice', () => {
    const bytes = encodeSafetensors(new Map([['v', { shape: [2], data: Float32Array.of(1, 2) }]]));
    const { data } = decodeSafetensors(bytes, 'v').weights.get('v')!;
    expect(data.buffer).toBe(bytes.buffer);
    expect([...data]).toEqual([1, 2]);
  });

  it('takes only the values of a view, not its whole buffer', () => {
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const decoded = decodeSafetensors(encodeSafetensors(new Map([['v', { shape: [2], data: view }]])), 'v');
    expect([...decoded.weights.get('v')!.data]).toEqual([2, 3]);
  });
});

describe('a damaged safetensors file is refused with words of its own', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['shorter than the length', Buffer.from('short'), /has 5 bytes, fewer than the 8/],
    ['a header beyond the bound', Buffer.alloc(64, 0xff), /header of 18446744073709551615 bytes, more than/],
    ['a header beyond the end', fileOf({}, 0).subarray(0, 9), /should end at byte 10, but .* ends at byte 9/],
    ['a header that is not JSON', fileOf('{"a":', 0), /header is not JSON/],
    ['a header that is not UTF-8', Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), /header is not JSON/],
    ['a header that is a list', fileOf([], 0), /expected object/],
    ['another data type', fileOf({ w: { ...entry([1], 0, 4), dtype: 'F16' } }, 4), /w\.dtype/],
    ['a fractional size', fileOf({ w: entry([0.5], 0, 2) }, 2), /w\.shape\.0/],
    ['metadata that is not text', fileOf({ __metadata__: { a: 1 } }, 0), /__metadata__\.a/],
    [
      'a hole between tensors',
      fileOf({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12),
      /b begins at byte 8/,
    ],
    ['tensors that overlap', fileOf({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8), /b begins at byte 4/],
    ['a size that is not its shape', fileOf({ w: entry([3], 0, 8) }, 8), /\[3\] has 8 bytes, where 12 were/],
    ['a size that runs backwards', fileOf({ w: entry([0], 0, 0), v: entry([1], 4, 0) }, 0), /v begins at/],
    ['a product beyond all numbers', fileOf({ w: entry([2 ** 50, 2 ** 50], 0, 0) }, 0), /has 0 bytes, where/],
    ['values cut short', encodeSafetensors(weights).subarray(0, -1), /of which there are/],
    ['values after the last tensor', fileOf({ w: entry([1], 0, 4) }, 8), /cover 4 bytes .* it has 8/],
  ])('%s', (_, bytes, words) => {
    expect(refusal(bytes)).toMatch(words);
    expect(refusal(bytes)).toContain('a.safetensors');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('a value that is %s', (value) => {
    const bytes = encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, value) }]]));
    expect(refusal(bytes)).toMatch(`tensor w holds ${value} at place 1`);
  });
});
