import { mkdirSync, writeFileSync } from 'node:fs';
import { copyFile, link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLIPS, rowsOf, useBatchFixture } from './fixture.js';

const { fixture, batch } = useBatchFixture();

/** Each means something to a shell, to ffmpeg, to a pattern or to a terminal. */
const NAMES = [
  ...[
    'with space.mp4',
    ' leading.mp4',
    'it\'s "quoted".mp4',
    'two\nlines.mp4',
    '-dash.mp4',
    '%03d.mp4',
    '%d.mp4',
  ],
  ...[
    'a:b.mp4',
    'file:x.mp4',
    'pipe:1.mp4',
    '[a-z]*.mp4',
    '{a,b}?.mp4',
    'back\\slash.mp4',
    '=1+1.mp4',
    '~.mp4',
    '#1.mp4',
  ],
  ...[
    '\u{1f3ac} película 映画.mp4',
    'e\u0301.mp4',
    '\u00e9.mp4',
    '\u202egnp.mp4',
    'bell\u0007.mp4',
    `${'n'.repeat(250)}.mp4`,
  ],
];

describe('clipstep batch and where clips lie', () => {
  it('classifies the parts of clips that a manifest names', async () => {
    const manifest = join(fixture.root, 'parts.csv');
    const out = join(fixture.root, 'parts.jsonl');
    await writeFile(
      manifest,
      'path,start,end,label\nthree.avi,0,0.5,up\nthree.avi,0.5,,down\none.mp4,,,\nmissing.mp4,,,up\n',
    );
    const { code, stdout } = await batch(manifest, ['--out', out]);
    expect(code).toBe(3);
    const rows = await rowsOf(out);
    expect(rows.map((row) => row.id)).toEqual([
      'three.avi#0-0.5',
      'three.avi#0.5-',
      'one.mp4',
      'missing.mp4',
    ]);
    expect(rows.map((row) => row.truth)).toEqual(['up', 'down', undefined, 'up']);
    expect(rows[0]!.probability).not.toBe(rows[1]!.probability);
    expect(rows[3]!.error.code).toBe('not_found');
    expect(stdout).toMatch(/Accuracy .* on 2 clips/);
  });

  it('divides the clips into shards, each clip into one', async () => {
    const ids = await Promise.all(
      ['1/2', '2/2'].map(async (shard, index) => {
        const out = join(fixture.root, `shard${index}.jsonl`);
        await batch(fixture.clips, ['--out', out, '--shard', shard]);
        return (await rowsOf(out)).map((row) => row.id);
      }),
    );
    expect(ids.every((each) => each.length > 0)).toBe(true);
    expect(new Set(ids.flat()).size).toBe(CLIPS);
    expect(ids.flat()).toHaveLength(CLIPS);
  });

  it.skipIf(process.platform === 'win32')('gives every name the result of a plain one', async () => {
    const clips = join(fixture.root, 'names');
    const out = join(fixture.root, 'names.jsonl');
    await mkdir(clips);
    for (const name of [...NAMES, 'plain.mp4']) await link(join(fixture.root, 'one.mp4'), join(clips, name));
    const { code, stdout, stderr } = await batch(clips, ['--out', out]);
    expect(code).toBe(0);
    const rows = await rowsOf(out);
    const { id: _, path: __, ...plain } = rows.find((row) => row.id === 'plain.mp4')!;
    expect(rows.map((row) => row.id).sort()).toEqual([...NAMES, 'plain.mp4'].sort());
    for (const { id, path, ...row } of rows) {
      expect(path).toBe(join(clips, id));
      expect(row).toEqual(plain);
    }
    for (const acting of ['\u0007', '\u202e']) expect(stdout + stderr).not.toContain(acting);
  });

  it.skipIf(process.platform !== 'linux')('gives a name that is not UTF-8 a row that says so', async () => {
    const clips = join(fixture.root, 'latin1');
    mkdirSync(clips);
    writeFileSync(Buffer.concat([Buffer.from(`${clips}/caf`), Buffer.of(0xe9), Buffer.from('.mp4')]), 'x');
    await copyFile(join(fixture.root, 'one.mp4'), join(clips, 'good.mp4'));
    const out = join(fixture.root, 'latin1.jsonl');
    expect((await batch(clips, ['--out', out])).code).toBe(3);
    const [bad, good] = await rowsOf(out);
    expect(bad).toMatchObject({ id: 'caf\\xe9.mp4', error: { code: 'unreadable' } });
    expect(bad!.error.message).toContain('not UTF-8');
    expect(good!.label).toBeDefined();
  });
});
