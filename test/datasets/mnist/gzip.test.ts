import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../../src/datasets/mnist/gzip.js';

describe('unpack', () => {
  const content = Buffer.alloc(1000, 7);

  it('gives back what was gzipped, and what was not', async () => {
    expect(await unpack(gzipSync(content), 1000)).toEqual(content);
    expect(await unpack(content, 1000)).toEqual(content);
  });

  it('stops at its limit: a small file may hold a huge one', async () => {
    await expect(unpack(gzipSync(content), 999)).rejects.toThrow('unpack to more than 999 bytes');
  });
});
