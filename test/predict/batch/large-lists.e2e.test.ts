import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nameOf, writeLines } from '../../support/large-lists.js';

/** Megabytes of heap: much less than these lists would take. */
const HEAP = 48;
const COUNT = 100_000;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-large-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Runs a task of large-lists.ts with little memory. */
async function run(task: string, count: number, ...more: string[]): Promise<unknown> {
  const args = [`--max-old-space-size=${HEAP}`, '--import', 'tsx', 'test/support/large-lists.ts'];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...args,
    task,
    root,
    String(count),
    ...more,
  ]);
  return JSON.parse(stdout);
}

async function lines(path: string): Promise<string[]> {
  const file = await open(path);
  const ids: string[] = [];
  for await (const line of file.readLines()) ids.push(JSON.parse(line).id);
  return ids;
}

it('lists a manifest of many clips, and a shard of it, in little memory', async () => {
  const manifest = join(root, 'clips.csv');
  const count = 300_000;
  await writeLines(manifest, count + 1, (index) =>
    index === 0 ? 'path,label' : `${nameOf(index - 1)},a class with a name of some length`,
  );
  expect(await run('list', count, manifest)).toEqual({ all: count, shard: expect.any(Number) });
});

it.each(['csv', 'tsv', 'txt'])(
  'lists many texts of a .%s, and a shard of them, in little memory',
  async (ending) => {
    const list = join(root, `texts.${ending}`);
    const count = 300_000;
    const first = { csv: 'text,label', tsv: 'text\tlabel', txt: 'the first one' }[ending]!;
    const rest = { csv: ',a class', tsv: '\ta class', txt: '' }[ending]!;
    await writeLines(list, count, (index) =>
      index === 0 ? first : `${'a text of some length '.repeat(4)}${index}${rest}`,
    );
    const all = ending === 'txt' ? count : count - 1;
    expect(await run('list', count, list, 'texts')).toEqual({ all, shard: expect.any(Number) });
  },
);

it('walks a folder of many clips, and a shard of it, in little memory', async () => {
  const count = COUNT;
  const folder = join(root, 'clips');
  mkdirSync(folder);
  for (let index = 0; index < count; index++) {
    closeSync(openSync(join(folder, `${'a name of some length '.repeat(3)}${index}.mp4`), 'w'));
  }
  expect(await run('list', count, folder)).toMatchObject({ all: count });
});

it('puts many rows in order in little memory', async () => {
  expect(await run('arrange', COUNT)).toEqual({ clips: COUNT });
  const ids = await lines(join(root, 'arranged.jsonl'));
  expect(ids).toHaveLength(COUNT);
  expect(ids.every((id, index) => id === nameOf(index))).toBe(true);
});

it('merges many rows in natural order in little memory', async () => {
  const count = COUNT;
  expect(await run('merge', count)).toEqual({ clips: count, repeated: count / 2, accuracy: 1 });
  const ids = await lines(join(root, 'merged.jsonl'));
  expect(ids.slice(0, 3)).toEqual(['part 0/0.mp4', 'part 0/10.mp4', 'part 0/20.mp4']);
  expect(new Set(ids).size).toBe(count);
  expect(ids.at(-1)).toBe(`part 9/${count - 1}.mp4`);
});
