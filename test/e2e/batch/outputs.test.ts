import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../../src/tensors/safetensors.js';
import { clipstep } from '../../support/cli.js';
import { saveTinyRowsBundle } from '../../support/tiny-bundle.js';
import { rowsOf, useBatchFixture } from './fixture.js';

const { fixture, batch } = useBatchFixture();

describe('clipstep batch and what it writes', () => {
  it('writes tables: CSV in which no cell is a formula, and Parquet', async () => {
    const clips = join(fixture.root, 'formulas');
    await mkdir(clips);
    const names = ['=1+1.mp4', '@SUM(A1).mp4', '+1.mp4', 'plain, "quoted"\r\n.mp4'];
    for (const name of names) await link(join(fixture.root, 'one.mp4'), join(clips, name));
    await writeFile(join(clips, '-broken.mp4'), 'no video');
    const csv = join(fixture.root, 'table.csv');
    const parquet = join(fixture.root, 'table.parquet');
    expect((await batch(clips, ['--out', csv])).code).toBe(3);
    expect((await batch(clips, ['--out', parquet])).code).toBe(3);
    const cells: Array<Record<string, string>> = parse(await readFile(csv), { columns: true });
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
    expect(cells.map((row) => row.id).sort()).toEqual(
      ["'=1+1.mp4", "'@SUM(A1).mp4", "'+1.mp4", "'-broken.mp4", 'plain, "quoted"\r\n.mp4'].sort(),
    );
    expect(rows.map((row) => row.id).sort()).toEqual([...names, '-broken.mp4'].sort());
    expect(cells.map((row) => row.errorCode)).toEqual(rows.map((row) => row.errorCode ?? ''));
    expect(rows.map((row) => row.errorCode)).toContain('not_media');
    expect(cells.map((row) => row.probability)).toEqual(rows.map((row) => String(row.probability ?? '')));
  });

  it("writes each clip's features, and again when a file is missing", async () => {
    const out = join(fixture.root, 'features.jsonl');
    const folder = join(fixture.root, 'features');
    const args = ['--out', out, '--embeddings', folder];
    await batch(join(fixture.clips, 'up/part 0'), args);
    const row = (await rowsOf(out)).find(({ id }) => id === '0-one.mp4')!;
    const file = join(folder, row.embedding!);
    const { weights } = decodeSafetensors(await readFile(file), file);
    expect(weights.get('features')!.shape[0]).toBe(3);
    await rm(file);
    await batch(join(fixture.clips, 'up/part 0'), args);
    expect((await readFile(file)).length).toBeGreaterThan(100);
  });

  it('cuts clips into windows: a row each, segments, and subtitles beside the clip', async () => {
    const clips = join(fixture.root, 'long');
    const out = join(fixture.root, 'long.jsonl');
    await mkdir(clips);
    await copyFile(join(fixture.root, 'three.avi'), join(clips, 'a.avi'));
    await copyFile(join(fixture.root, 'broken.mp4'), join(clips, 'b.mp4'));
    const args = ['--out', out, '--window', '0.5', '--subtitles', 'vtt'];
    expect((await batch(clips, args)).code).toBe(3);
    const lines = async (path: string) =>
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    const rows = await lines(out);
    expect(rows.map((row) => row.id)).toEqual([
      ...['a.avi#0-0.5', 'a.avi#0.5-1', 'a.avi#1-1.5', 'a.avi#1.5-1.6', 'b.mp4'],
    ]);
    expect(rows[1]).toMatchObject({ startSeconds: 0.5, endSeconds: 1, frames: 3, durationSeconds: 1.6 });
    const [segmented] = await lines(`${out}.segments.jsonl`);
    expect(segmented.segments[0].startSeconds).toBe(0);
    expect(segmented.segments.at(-1).endSeconds).toBe(1.6);
    expect(await readFile(join(clips, 'a.clipstep.vtt'), 'utf8')).toMatch(/^WEBVTT\n\n00:00:00.000 --> /);
    // Of the second run, each clip's windows are as the first has found them.
    const again = await batch(clips, args);
    expect(again.stdout).toContain('2 kept from before');
    expect(await lines(out)).toEqual(rows);
  });

  it('classifies every picture for a model that reads digits', async () => {
    const model = join(fixture.root, 'digits-model');
    const pictures = join(fixture.root, 'digits');
    const out = join(fixture.root, 'digits.jsonl');
    await saveTinyRowsBundle(model);
    for (const digit of ['3', '7']) {
      await mkdir(join(pictures, digit), { recursive: true });
      const drawing = `<svg width="40" height="40"><text x="10" y="32" font-size="32">${digit}</text></svg>`;
      await sharp(Buffer.from(drawing))
        .png()
        .toFile(join(pictures, digit, '1.png'));
    }
    expect((await clipstep(['batch', pictures, '--model', model, '--out', out])).code).toBe(0);
    const rows = await rowsOf(out);
    expect(rows.map((row) => [row.id, row.truth, row.frames])).toEqual([
      ['3/1.png', '3', 1],
      ['7/1.png', '7', 1],
    ]);
    const file = await readFile(join(pictures, '3/1.png'));
    expect(rows[0]!.sha256).toBe(createHash('sha256').update(file).digest('hex'));
  });

  it('writes a page of what it has found that loads nothing and in which names are text', async () => {
    const clips = join(fixture.root, 'reported');
    const page = join(fixture.root, 'report.html');
    await mkdir(join(clips, 'up'), { recursive: true });
    await copyFile(join(fixture.root, 'one.mp4'), join(clips, 'up', '<img src=x onerror=alert(1)>.mp4'));
    await copyFile(join(fixture.root, 'broken.mp4'), join(clips, '"<b>".mp4'));
    expect((await batch(clips, ['--out', join(fixture.root, 'reported.jsonl'), '--report', page])).code).toBe(
      3,
    );
    const html = await readFile(page, 'utf8');
    expect(html).toContain('2 clips: 1 classified, 1 failed');
    expect(html).toContain('up/&lt;img src=x onerror=alert(1)&gt;.mp4');
    expect(html).not.toMatch(/<b>|<img src=x|https?:|<script/);
    expect(html).toContain('<h3><bdi>corrupt</bdi>: 1</h3>');
    const [, thumbnail] = /data:image\/jpeg;base64,([^"]+)/.exec(html)!;
    expect((await sharp(Buffer.from(thumbnail!, 'base64')).metadata()).width).toBe(160);
  });
});
