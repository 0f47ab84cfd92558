import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Spool } from '../../src/platform/spool.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-spool-'));
});
afterAll(() => rm(root, { recursive: true }));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

it.each([
  ['in memory', 10, 0],
  ['on the disk', 25_000, 1],
])('gives back what was added, as often as asked, %s', async (name, count, files) => {
  const folder = await mkdtemp(join(root, 'one-'));
  const spool = new Spool<{ name: string; text: string }>(join(folder, 'items'));
  const items = Array.from({ length: count }, (_, index) => ({
    name: `${name} ${index}`,
    text: 'a\nb \u{1f3ac}',
  }));
  for (const item of items) await spool.add(item);
  expect(await collect(spool)).toEqual(items);
  expect(await collect(spool)).toEqual(items);
  expect(spool.size).toBe(count);
  expect(await readdir(folder)).toHaveLength(files);
  await spool.release();
  expect(await readdir(folder)).toEqual([]);
});

it('says where it could not write', async () => {
  const spool = new Spool<number>(join(root, 'no such folder', 'items'));
  const adding = async () => {
    for (let item = 0; item < 10_000; item++) await spool.add(item);
  };
  await expect(adding()).rejects.toMatchObject({
    code: 'cannot_write',
    problem: expect.stringContaining('no such folder'),
  });
});
