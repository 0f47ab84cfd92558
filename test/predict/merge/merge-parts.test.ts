import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BatchSettings, settingsPath } from '../../../src/predict/batch/batch-settings.js';
import type { ResultRow, Row } from '../../../src/predict/batch/row.js';
import { writeRows } from '../../../src/predict/batch/write-results.js';
import { type MergeOptions, mergeParts } from '../../../src/predict/merge/merge-parts.js';
import { openPart } from '../../../src/predict/merge/part.js';
import { drawnRow, SETTINGS } from '../../support/large-lists.js';

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-merge-'));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'parts-'));
});
afterAll(() => rm(root, { recursive: true }));

const failedRow = (id: string, code = 'timeout'): ResultRow => ({
  id,
  path: `/clips/${id}`,
  error: { code, message: 'It failed.', fix: 'Fix it.' },
});

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** Writes a part, in the format of its name. */
async function part(
  name: string,
  rows: readonly Row[],
  settings: Partial<BatchSettings> = {},
): Promise<string> {
  const path = join(folder, name);
  const own = { ...SETTINGS, ...settings };
  if (name.endsWith('.parquet')) {
    // No row of these tests has windows.
    const results = rows as readonly ResultRow[];
    await writeRows(path, { rows: iterate(results), format: 'parquet', settings: own });
  } else {
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await writeFile(settingsPath(path), JSON.stringify(own));
  }
  return path;
}

async function merge(parts: readonly string[], options: Partial<MergeOptions> = {}) {
  const out = join(folder, 'merged', 'all.jsonl');
  await rm(join(folder, 'merged'), { recursive: true, force: true });
  await mkdir(join(folder, 'merged'));
  const result = await mergeParts({ parts, out, ...options });
  const lines = (await readFile(out, 'utf8')).split('\n').filter((line) => line !== '');
  return { result, rows: lines.map((line): ResultRow => JSON.parse(line)) };
}

it('puts rows of JSON lines and of Parquet together, as they were, in natural order', async () => {
  const rows = [
    drawnRow('b/10.mp4'),
    drawnRow('a.mp4', { truth: undefined, truthProbability: undefined, damaged: 2 }),
    drawnRow('b/9.mp4', { label: null, unknown: { reason: 'unlike', score: 3 }, distance: 3 }),
  ];
  const failed = { ...failedRow('b/c.mp4', 'corrupt'), size: 3, sha256: 'c'.repeat(64) };
  const parts = [await part('one.jsonl', rows.slice(0, 2)), await part('two.parquet', [rows[2]!, failed])];
  const { result, rows: merged } = await merge(parts);
  // JSON leaves out what is undefined.
  const expected = [rows[1], rows[2], rows[0], failed].map((row) => JSON.parse(JSON.stringify(row)));
  expect(merged).toEqual(expected);
  expect(result).toMatchObject({ parts: 2, clips: 4, failed: 1, unlike: 1, repeated: 0, missing: null });
  expect(result.metrics).toMatchObject({ examples: 1, accuracy: 1 });
});

it('leaves one row of each clip: the one that was classified, the latest of the same bytes', async () => {
  const other = 'b'.repeat(64);
  const parts = [
    await part('one.jsonl', [
      failedRow('again.mp4'),
      drawnRow('twice.mp4', { frames: 1 }),
      failedRow('never.mp4'),
      drawnRow('changed.mp4'),
    ]),
    await part('two.jsonl', [
      drawnRow('again.mp4'),
      drawnRow('twice.mp4', { frames: 2 }),
      failedRow('never.mp4', 'killed'),
      drawnRow('changed.mp4', { sha256: other }),
    ]),
  ];
  const { result, rows } = await merge(parts);
  expect(rows).toEqual([
    drawnRow('again.mp4'),
    drawnRow('changed.mp4'),
    drawnRow('changed.mp4', { sha256: other }),
    failedRow('never.mp4', 'killed'),
    drawnRow('twice.mp4', { frames: 2 }),
  ]);
  expect(result).toMatchObject({ repeated: 3, clips: 4, failed: 1 });
});

it('keeps the windows of a clip together, and its failure before them away', async () => {
  const { id, path, size, sha256, durationSeconds, milliseconds, ...answer } = drawnRow('a#1.mp4');
  const { label, probability, top } = answer;
  const clip = { id, path, size, sha256, durationSeconds, milliseconds };
  const window = { label, probability, top };
  const windows = [0, 2, 10].map((startSeconds) => ({
    startSeconds,
    endSeconds: startSeconds + 2,
    ...window,
  }));
  const parts = [
    await part('one.jsonl', [failedRow('a#1.mp4')]),
    await part('two.jsonl', [{ ...clip, windows, segments: [] }]),
  ];
  const { result, rows } = await merge(parts);
  expect(rows.map(({ id }) => id)).toEqual(['a#1.mp4#0-2', 'a#1.mp4#2-4', 'a#1.mp4#10-12']);
  expect(result).toMatchObject({ clips: 1, failed: 0, repeated: 1 });
});

it('takes the order of the list, and names clips without a row', async () => {
  const list = join(folder, 'clips.csv');
  await writeFile(list, 'path\nb.mp4\nmissing.mp4\na.mp4\n');
  const { result, rows } = await merge(
    [
      await part(
        'one.jsonl',
        ['gone.mp4', 'a.mp4', 'b.mp4'].map((id) => drawnRow(id)),
      ),
    ],
    { list },
  );
  expect(rows.map(({ id }) => id)).toEqual(['b.mp4', 'a.mp4', 'gone.mp4']);
  expect(result.missing).toEqual({ clips: 1, examples: ['missing.mp4'] });
});

it('names shards of which there is no part', async () => {
  const parts = [
    await part('one.jsonl', [drawnRow('a.mp4')], { shard: '2/4' }),
    await part('two.jsonl', [drawnRow('b.mp4')], { shard: '3/4', source: '/elsewhere' }),
  ];
  expect((await merge(parts)).result.absentShards).toEqual([1, 4]);
});

it('leaves damaged lines out, and counts them', async () => {
  const path = await part('one.jsonl', [drawnRow('a.mp4')]);
  const line = await readFile(path, 'utf8');
  await writeFile(path, `${'\0'.repeat(100)}\n${line}${line.slice(0, 50)}`);
  const { result, rows } = await merge([path]);
  expect(rows).toEqual([drawnRow('a.mp4')]);
  expect(result.damagedLines).toBe(1);
});

it('makes a file that says how its rows were made, and can be merged again', async () => {
  const parts = [await part('one.jsonl', [drawnRow('a.mp4')], { shard: '1/1' })];
  const out = join(folder, 'all.parquet');
  await mergeParts({ parts, out, format: 'parquet' });
  expect((await openPart(out)).settings).toEqual(SETTINGS);
  // And again: results may be replaced.
  await mergeParts({ parts, out, format: 'parquet' });
  const { rows } = await merge([out]);
  expect(rows).toEqual([drawnRow('a.mp4')]);
});

it.each<[string, () => Promise<string[]>, string, RegExp]>([
  [
    'parts with other settings',
    async () => [
      await part('one.jsonl', [], { model: 'one' }),
      await part('two.jsonl', [], { model: 'two', sampling: 'exact' }),
    ],
    'settings_differ',
    /two\.jsonl was made with other settings .*\n {2}the model: was one, is two\n {2}--sampling: was quick, is exact$/,
  ],
  [
    'shards of different numbers',
    async () => [
      await part('one.jsonl', [], { shard: '1/2' }),
      await part('two.jsonl', [], { shard: '1/3' }),
    ],
    'settings_differ',
    /of 2 and of 3/,
  ],
  [
    'a part that does not say how it was made',
    async () => {
      const path = await part('one.jsonl', []);
      await rm(settingsPath(path));
      return [path];
    },
    'usage',
    /one\.jsonl\.run\.json is missing or damaged/,
  ],
  [
    'a file of another kind',
    async () => {
      const path = join(folder, 'one.csv');
      await writeFile(path, 'id');
      return [path];
    },
    'usage',
    /ends neither in \.jsonl nor in \.parquet/,
  ],
  [
    'Parquet that is none',
    async () => {
      const path = join(folder, 'one.parquet');
      await writeFile(path, 'PAR1, but no more');
      return [path];
    },
    'unreadable',
    /one\.parquet cannot be read/,
  ],
  ['a folder without parts', async () => [folder], 'not_found', /holds no parts/],
  [
    'what is not there',
    async () => [join(folder, 'nothing.jsonl')],
    'not_found',
    /nothing\.jsonl cannot be opened/,
  ],
])('refuses %s', async (_, make, code, problem) => {
  const parts = await make();
  await expect(mergeParts({ parts, out: join(folder, 'all.jsonl') })).rejects.toMatchObject({
    code,
    problem: expect.stringMatching(problem),
  });
});

it('replaces no file that is not of its kind, and none of the parts', async () => {
  const path = await part('one.jsonl', [drawnRow('a.mp4')]);
  const precious = join(folder, 'precious.jsonl');
  await writeFile(precious, 'my own');
  await expect(mergeParts({ parts: [path], out: precious })).rejects.toMatchObject({
    problem: expect.stringContaining('is no result of Clipstep'),
  });
  expect(await readFile(precious, 'utf8')).toBe('my own');
  await expect(mergeParts({ parts: [path], out: path })).rejects.toMatchObject({
    problem: expect.stringContaining('is one of the parts'),
  });
});
