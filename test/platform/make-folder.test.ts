import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFolder } from '../../src/platform/make-folder.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-folders-'));
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

it('makes a folder and those above it, once or again, by several at a time', async () => {
  const path = join(root, 'a', 'b', 'c');
  await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(root, 'a', 'd'))]);
  await makeFolder(path);
  expect((await stat(path)).isDirectory()).toBe(true);
  expect((await stat(join(root, 'a', 'd'))).isDirectory()).toBe(true);
});

it('says what stands in the way', async () => {
  const file = join(root, 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toThrow(/EEXIST/);
  await expect(makeFolder(join(file, 'below'))).rejects.toThrow(/ENOTDIR/);
});

it.skipIf(!existsSync('/proc/self'))('comes to an end where nothing can be made', async () => {
  await expect(makeFolder('/proc/nope/a/b')).rejects.toThrow(/ENOENT/);
});
