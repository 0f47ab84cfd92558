import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openJournal } from '../../../src/predict/batch/journal.js';
import type { FailedRow, Row } from '../../../src/predict/batch/row.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-journal-'));
});
afterAll(() => rm(root, { recursive: true }));

const row = (id: string, code = 'corrupt'): FailedRow => ({
  id,
  path: `/clips/${id}`,
  error: { code, message: 'It breaks off.\nSo ends: \u{1f3ac}', fix: 'Copy it again.' },
});

async function* idsOf(...ids: string[]): AsyncGenerator<string> {
  yield* ids;
}

async function collect(rows: AsyncIterable<Row>): Promise<Row[]> {
  const collected: Row[] = [];
  for await (const each of rows) collected.push(each);
  return collected;
}

it('keeps rows whole though they are added at once, and reads them back in any order', async () => {
  const path = join(root, 'many.jsonl');
  const journal = await openJournal(path);
  const ids = Array.from({ length: 200 }, (_, index) => `${index}.mp4`);
  await Promise.all(ids.map((id) => journal.append(row(id))));
  const others = ids.filter((id) => id !== '7.mp4' && id !== '0.mp4');
  expect(await collect(journal.rows(idsOf('7.mp4', '0.mp4')))).toEqual(
    ['7.mp4', '0.mp4', ...others].map((id) => row(id)),
  );
  expect(await journal.isArranged(idsOf(...ids))).toBe(true);
  expect(await journal.isArranged(idsOf(...ids.toReversed()))).toBe(false);
  expect(await journal.isArranged(idsOf(...ids.slice(1)))).toBe(false);
  await journal.close();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(ids.map((id) => row(id)));
});

it('counts the latest row of a clip', async () => {
  const path = join(root, 'twice.jsonl');
  const before = await openJournal(path);
  await before.append(row('a.mp4', 'timeout'));
  await before.append(row('b.mp4'));
  await before.append(row('a.mp4', 'corrupt'));
  await before.close();
  const journal = await openJournal(path);
  expect(await collect(journal.rows(idsOf()))).toEqual([row('b.mp4'), row('a.mp4')]);
  expect(await journal.isArranged(idsOf('a.mp4', 'b.mp4'))).toBe(false);
  await journal.close();
});

it('finds the row of a clip again that would be the same, and no other', async () => {
  const journal = await openJournal(join(root, 'finished.jsonl'));
  // Longer than what is read at once.
  const long: FailedRow = {
    ...row('long.mp4'),
    sha256: 'a'.repeat(64),
    size: 1,
    error: { code: 'corrupt', message: 'x'.repeat(200_000), fix: '' },
  };
  await journal.append(row('a.mp4', 'timeout'));
  await journal.append(long);
  await journal.append({ ...row('b.mp4'), sha256: 'b'.repeat(64) });
  expect(['a.mp4', 'long.mp4', 'b.mp4', 'c.mp4'].map((id) => journal.isFinished(id))).toEqual([
    ...[false, true, true, false],
  ]);
  expect(await journal.finished('long.mp4')).toEqual(long);
  expect(await journal.finished('b.mp4')).toMatchObject({ id: 'b.mp4' });
  expect(await journal.finished('a.mp4')).toBeNull();
  await journal.close();
});

it.each([
  ['a torn line', '{"id":"c.mp4","pa', 0],
  ['a line of zeros', `${'\0'.repeat(50)}\n`, 1],
  ['half a line with another after it', `{"id":"c.m${JSON.stringify(row('c.mp4'))}\n`, 1],
  ['a line that is no row', '{"id":"c.mp4"}\n', 1],
])('passes over %s, and goes on after it', async (name, damage, damagedLines) => {
  const path = join(root, `${name}.jsonl`);
  const before = await openJournal(path);
  await before.append(row('a.mp4'));
  await before.close();
  await appendFile(path, damage);
  const journal = await openJournal(path);
  expect(journal.damagedLines).toBe(damagedLines);
  await journal.append(row('b.mp4'));
  expect(await collect(journal.rows(idsOf('a.mp4', 'b.mp4')))).toEqual([row('a.mp4'), row('b.mp4')]);
  expect(await journal.isArranged(idsOf('a.mp4', 'b.mp4'))).toBe(damagedLines === 0);
  await journal.close();
});
