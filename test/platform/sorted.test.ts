import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sorted } from '../../src/platform/sorted.js';
import { random } from '../../src/random.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-sorted-'));
});
afterAll(() => rm(root, { recursive: true }));

interface Item {
  readonly key: number;
  readonly place: number;
}

const draw = (count: number): Item[] => {
  const stream = random(1, 'keys');
  return Array.from({ length: count }, (_, place) => ({ key: stream.integer(0, 50), place }));
};

const order = (one: Item, other: Item) => one.key - other.key;

it.each([
  ['none', 0, 10],
  ['fewer than are held', 9, 10],
  ['just as many', 10, 10],
  ['one more', 11, 10],
  ['more runs than are merged at once', 2000, 10],
])('sorts %s, equals as they came, and leaves nothing behind', async (_, count, held) => {
  const items = draw(count);
  const collected: Item[] = [];
  for await (const item of sorted(items, { order, scratch: join(root, 'run'), held })) collected.push(item);
  expect(collected).toEqual(items.toSorted((one, other) => order(one, other) || one.place - other.place));
  expect(await readdir(root)).toEqual([]);
});

it('leaves nothing behind where the reader has enough', async () => {
  for await (const item of sorted(draw(100), { order, scratch: join(root, 'run'), held: 10 })) {
    expect(item.key).toBe(0);
    break;
  }
  expect(await readdir(root)).toEqual([]);
});
