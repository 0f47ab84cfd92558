import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeIdx, readIdx } from '../../../src/datasets/mnist/idx.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-idx-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(content: Uint8Array, name = 'array'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const array = { shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 254, 255, 0) };
const whole = encodeIdx(array);
const changed = (index: number, value: number) => Uint8Array.from(whole).fill(value, index, index + 1);

describe('an IDX file', () => {
  it('has the bytes that the format says', () => {
    const header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3];
    expect([...whole]).toEqual([...header, ...array.data]);
  });

  it.each([
    ['plain', whole, 'array'],
    ['gzipped', gzipSync(whole), 'array.gz'],
    ['gzipped under a plain name', gzipSync(whole), 'array'],
    ['plain under a gzipped name', whole, 'array.gz'],
  ])('is read: %s', async (_, content, name) => {
    expect(await readIdx(await fileOf(content, name))).toEqual(array);
  });

  it('may hold nothing', async () => {
    const empty = { shape: [0, 28, 28], data: new Uint8Array(0) };
    expect(await readIdx(await fileOf(encodeIdx(empty)))).toEqual(empty);
  });

  it.each([
    ['empty', new Uint8Array(0), 'ends after 0 bytes, within the magic number of 4'],
    ['cut within the header', whole.subarray(0, 10), 'ends after 10 bytes, within its header of 16'],
    ['cut within the data', whole.subarray(0, 20), 'holds 4 of the 6 bytes that its header says: 2 x 1 x 3'],
    ['too long', Buffer.concat([whole, Buffer.alloc(9)]), 'has 9 bytes too many after the 6'],
    ['of another kind', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'begins with 0x89504e47'],
    ['of no known type', changed(2, 7), 'begins with 0x00000703'],
    ['without dimensions', changed(3, 0), 'begins with 0x00000800'],
    ['of floats', changed(2, 0x0d), 'holds 32-bit floats, where unsigned bytes are expected'],
    ['gzipped and cut', gzipSync(whole).subarray(0, 25), 'the gzip data are truncated'],
    ['gzipped and damaged', gzipSync(whole).fill(7, 20, 24), 'the gzip data are damaged'],
  ])('that is %s is refused in its own words', async (_, content, words) => {
    const path = await fileOf(content);
    await expect(readIdx(path)).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringMatching(new RegExp(`^The IDX file ${path} .*`)),
      fix: expect.stringContaining('again'),
    });
    await expect(readIdx(path)).rejects.toThrow(words);
  });

  it('that is not there or is a folder is told apart from a bad one', async () => {
    await expect(readIdx(join(folder, 'absent'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(readIdx(folder)).rejects.toMatchObject({ code: 'unreadable' });
  });
});
