import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { intoTemporaryFile } from '../../src/serve/temporary-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-temporary-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = (...texts: string[]) => texts.map((text) => new TextEncoder().encode(text));

async function* breakingOff() {
  yield* bytes('one ');
  throw new Error('the line is dead');
}

describe('a temporary file', () => {
  it('takes all that a stream gives', async () => {
    await pipeline(bytes('one ', 'two'), intoTemporaryFile(join(folder, 'whole')));
    expect(await readFile(join(folder, 'whole'), 'utf8')).toBe('one two');
  });

  it('says what the disk did not take', async () => {
    await writeFile(join(folder, 'taken'), 'before');
    const writing = pipeline(bytes('one'), intoTemporaryFile(join(folder, 'taken')));
    await expect(writing).rejects.toMatchObject({ code: 'cannot_write' });
    expect(await readFile(join(folder, 'taken'), 'utf8')).toBe('before');
  });

  it('leaves the errors of a source to the source', async () => {
    const writing = pipeline(breakingOff(), intoTemporaryFile(join(folder, 'broken')));
    await expect(writing).rejects.toThrow('the line is dead');
  });
});
