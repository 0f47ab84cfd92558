import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isZip, unpackFrames } from '../../src/serve/unpack-frames.js';
import { type ZipEntry, zipOf } from '../support/zip.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-zip-'));
});
afterAll(() => rm(root, { recursive: true }));

const limits = { unpackedBytes: 100_000, pictureBytes: 60_000, zipEntries: 5 };

/** What lies in the new folder afterwards, and around it. */
async function unpack(zip: Buffer): Promise<{ contents: string[]; names: string[]; around: string[] }> {
  const own = await mkdtemp(join(root, 'own-'));
  const path = join(own, 'body');
  await writeFile(path, zip);
  expect(await isZip(path)).toBe(true);
  const folder = join(own, 'frames');
  await unpackFrames(path, { folder, limits, signal: new AbortController().signal });
  const names = (await readdir(folder)).toSorted();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return { contents, names, around: await readdir(own) };
}

const file = (name: string, content = name): ZipEntry => ({ name, content: Buffer.from(content) });

describe('a zip', () => {
  it('gives its pictures in natural order, under names of our own', async () => {
    const entries = ['10.PNG', '9.jpg', 'a/1.png', '.hidden.png', '__MACOSX/9.jpg', 'a/', 'list.txt'];
    const zip = zipOf(entries.map((name) => file(name)));
    await expect(unpack(zip)).rejects.toMatchObject({ code: 'too_large' });
    const { names, contents } = await unpack(zipOf(entries.slice(0, 5).map((name) => file(name))));
    expect(names).toEqual(['000001.jpg', '000002.png', '000003.png']);
    expect(contents).toEqual(['9.jpg', '10.PNG', 'a/1.png']);
  });

  it.each(['../evil.png', 'a/../../evil.png', '/tmp/evil.png', 'C:/evil.png', '..\\evil.png'])(
    'writes nothing outside of its folder for %s',
    async (name) => {
      const unpacked = await unpack(zipOf([file('1.png'), file(name)])).catch((error) => error.code);
      if (unpacked === 'corrupt') return;
      expect(unpacked.names).toEqual(['000001.png', '000002.png']);
      expect(unpacked.around.toSorted()).toEqual(['body', 'frames']);
    },
  );

  it.each(['../evil.png', 'a/../../evil.png', '/tmp/evil.png', 'C:/evil.png'])(
    'says that the path %s is what is wrong',
    async (name) => {
      await expect(unpack(zipOf([file(name)]))).rejects.toMatchObject({
        code: 'corrupt',
        problem: `The zip has a file with the path "${name}", which may lead out of a folder.`,
        fix: expect.stringMatching(/paths that are relative/),
      });
    },
  );

  it('with one picture that is too large is refused before anything is unpacked', async () => {
    const zip = zipOf([file('1.png'), { name: '2.png', content: Buffer.alloc(60_001) }]);
    await expect(unpack(zip)).rejects.toMatchObject({
      code: 'too_large',
      problem: 'The picture 2.png in the zip has 60001 bytes; this server takes at most 60000 of one.',
    });
  });

  it('that would unpack to more than allowed is refused before anything is unpacked', async () => {
    const bomb = zipOf(['1.png', '2.png'].map((name) => ({ name, content: Buffer.alloc(60_000) })));
    expect(bomb.length).toBeLessThan(1000);
    await expect(unpack(bomb)).rejects.toMatchObject({ code: 'too_large' });
  });

  it('that lies about a size is refused when the picture is larger', async () => {
    const lie = zipOf([{ name: '1.png', content: Buffer.alloc(1_000_000), claimedSize: 10 }]);
    await expect(unpack(lie)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('is not to blame where the disk takes nothing', async () => {
    const path = join(root, 'whole.zip');
    await writeFile(path, zipOf([file('1.png')]));
    const signal = new AbortController().signal;
    const unpacking = unpackFrames(path, { folder: join(root, 'missing', 'frames'), limits, signal });
    await expect(unpacking).rejects.toMatchObject({ code: 'cannot_write' });
  });

  it.each([
    [[], /is empty/],
    [['a/', '.hidden.png'], /is empty/],
    [['list.txt'], /holds list\.txt, and no pictures/],
    [
      ['a/1.mp4', '2.mp4', '3.mp4', '4.mp4', '5.mp4'],
      /holds 1\.mp4, 2\.mp4, 3\.mp4 and 2 more, and no pictures/,
    ],
  ])('of %j is refused, and it is said what is in it', async (names, problem) => {
    await expect(unpack(zipOf(names.map((name) => file(name))))).rejects.toMatchObject({
      code: 'no_frames',
      problem: expect.stringMatching(problem),
    });
  });

  it('that is cut short is refused', async () => {
    await expect(unpack(zipOf([file('1.png')]).subarray(0, 60))).rejects.toMatchObject({ code: 'corrupt' });
  });
});
