import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../support/batch-fixture.js';
import { clipstep } from '../../support/cli.js';
import { BROKEN, CLIPS, useBatchFixture } from './fixture.js';

const { fixture, batch } = useBatchFixture();

/** Rows that DuckDB gives for a query. */
async function query(sql: string): Promise<Array<Record<string, unknown>>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('clipstep batch in shards, and merge', () => {
  it('writes a part for each shard, of which merge makes what one batch would have', async () => {
    const plain = join(fixture.root, 'plain.jsonl');
    await batch(fixture.clips, ['--out', plain]);
    const parts = join(fixture.root, 'parts');
    for (const shard of ['1/3', '2/3', '3/3']) {
      const args = ['--out', `${parts}/`, '--shard', shard, '--format', 'parquet'];
      const { stdout } = await batch(fixture.clips, args);
      // Again: its rows stand already, under the same name.
      const again = await batch(fixture.clips, args);
      const [, clips] = /: (\d+) clips/.exec(stdout)!;
      expect(again.stdout).toContain(`${clips} kept from before`);
    }
    const names = (await readdir(parts)).filter((name) => name.endsWith('.parquet'));
    expect(names).toEqual(
      [1, 2, 3].map((index) => expect.stringMatching(`^part-${index}-of-3-[0-9a-f]{12}\\.parquet$`)),
    );
    const out = join(fixture.root, 'all.jsonl');
    const merged = await clipstep(['merge', parts, '--out', out, '--list', fixture.clips]);
    expect(merged.code).toBe(3);
    expect(merged.stdout).toContain(`3 parts, ${CLIPS} clips, ${CLIPS - BROKEN} classified`);
    expect(merged.stdout).toMatch(/Accuracy .* on \d+ clips/);
    expect(await readRows(out)).toEqual(await readRows(plain));
  });

  it('writes Parquet that DuckDB reads', async () => {
    const out = join(fixture.root, 'table.parquet');
    await batch(fixture.clips, ['--out', out]);
    const rows = await query(
      `SELECT count(*)::INT AS clips, count(label)::INT AS classified, count(errorCode)::INT AS failed FROM '${out}'`,
    );
    expect(rows).toEqual([{ clips: CLIPS, classified: CLIPS - BROKEN, failed: BROKEN }]);
    const [settings] = await query(
      `SELECT decode(value) AS value FROM parquet_kv_metadata('${out}') WHERE decode(key) = 'clipstep.settings'`,
    );
    expect(JSON.parse(String(settings!.value))).toMatchObject({ shard: 'none', top: 5 });
    const wide = await query(
      `SELECT id, probability, size, top FROM '${out}' WHERE label IS NOT NULL LIMIT 1`,
    );
    expect(wide[0]).toMatchObject({ probability: expect.any(Number), size: expect.any(Number) });
  });

  it('says what is missing', async () => {
    const parts = join(fixture.root, 'some');
    await batch(fixture.clips, ['--out', `${parts}/`, '--shard', '2/3']);
    const out = join(fixture.root, 'some.csv');
    const { code, stdout } = await clipstep(['merge', parts, '--out', out, '--list', fixture.clips]);
    expect(code).toBe(3);
    expect(stdout).toContain('Shards without a part: 1, 3');
    expect(stdout).toMatch(/\d+ clips of the list have no row:\n {2}down\/clip/);
    expect((await readFile(out, 'utf8')).startsWith('id,path,')).toBe(true);
  });

  it('refuses parts of another model', async () => {
    const parts = join(fixture.root, 'mixed');
    await batch(fixture.clips, ['--out', `${parts}/`, '--shard', '1/9']);
    await batch(fixture.clips, ['--out', `${parts}/`, '--shard', '2/9', '--top', '1']);
    await writeFile(join(parts, 'notes.txt'), 'not a part');
    const { code, stderr } = await clipstep(['merge', parts, '--out', join(fixture.root, 'mixed.jsonl')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/was made with other settings than .*\n {2}--top: was \d, is \d/);
  });
});
