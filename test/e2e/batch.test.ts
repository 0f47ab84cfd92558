import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import {
  chmod,
  copyFile,
  cp,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FramesInput } from '../../src/config.js';
import { findBinary } from '../../src/media/ffmpeg/binaries.js';
import type { ClassifiedRow, FailedRow } from '../../src/run/batch/row.js';
import { decodeSafetensors } from '../../src/tensors/safetensors.js';
import { clipstep } from '../support/cli.js';
import { type BatchFixture, readRows, runAndKill, writeBatchFixture } from '../support/killed-batch.js';
import { canListProcesses, processesNaming } from '../support/processes.js';
import { saveTinyBundle, saveTinyRowsBundle, tinyPipeline } from '../support/tiny-bundle.js';

let root: string;
let fixture: BatchFixture;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-batch-'));
  fixture = await writeBatchFixture(root, 3);
});
afterAll(() => rm(root, { recursive: true }));

/** 3 videos and a broken one, 3 times in 2 classes; 2 frame folders in each class; one without a class. */
const CLIPS = 4 * 3 * 2 + 4 + 1;
const BROKEN = 6;

const batch = (source: string, args: readonly string[], options: Parameters<typeof clipstep>[1] = {}) =>
  clipstep(['batch', source, '--model', fixture.model, ...args], options);

/** A row of either kind, whose fields the tests look at one by one. */
type AnyRow = Omit<ClassifiedRow, 'label'> & { label?: string | null } & Pick<FailedRow, 'error'>;

// What a row has not is undefined, which is what the tests then see.
const rowsOf = async (path: string) => (await readRows(path)) as AnyRow[];

describe('clipstep batch', () => {
  it('writes a row for each clip in natural order, and exits with 3 when some have failed', async () => {
    const out = join(root, 'whole.jsonl');
    const { code, stdout, stderr } = await batch(fixture.clips, ['--out', out, '--top', '1']);
    expect(code).toBe(3);
    const rows = await rowsOf(out);
    expect(rows).toHaveLength(CLIPS);
    expect(new Set(rows.map((row) => row.id)).size).toBe(CLIPS);
    expect(rows.slice(0, 3).map((row) => row.id)).toEqual([
      'down/clip0',
      'down/clip1',
      'down/part 0/0-broken.mp4',
    ]);
    expect(rows.at(-1)!.id).toBe('without class.mp4');
    expect(rows.filter((row) => row.error).map((row) => row.error.code)).toEqual(
      Array(BROKEN).fill('corrupt'),
    );
    const video = rows.find((row) => row.id === 'up/part 1/1-one.mp4')!;
    expect(video).toMatchObject({
      path: join(fixture.clips, 'up/part 1/1-one.mp4'),
      truth: 'up',
      label: expect.stringMatching(/^(up|down)$/),
      frames: 3,
      durationSeconds: 0.6,
      size: (await readFile(join(root, 'one.mp4'))).length,
      top: [{ label: video.label, probability: video.probability }],
    });
    expect(stdout).toContain(`${CLIPS} clips, ${CLIPS - BROKEN} classified, ${BROKEN} failed`);
    // The clip without a class and the broken ones have no part in it.
    expect(stdout).toMatch(/Accuracy .* on 22 clips/);
    expect(stderr).toContain(`${CLIPS}/${CLIPS} clips`);
  });

  it('says the same however many clips are under way at once', async () => {
    const [one, many] = await Promise.all(
      ['1', '5'].map(async (jobs) => {
        const out = join(root, `jobs-${jobs}.jsonl`);
        await batch(fixture.clips, ['--out', out, '--jobs', jobs]);
        return (await rowsOf(out)).map(({ milliseconds, ...row }) => row);
      }),
    );
    expect(one).toHaveLength(CLIPS);
    expect(many).toEqual(one);
  });

  it.each(['concatenate', 'average'] as const)(
    'says what classify says of streams that it must %s',
    async (fusion) => {
      const model = join(root, `streams-${fusion}`);
      const out = join(root, `streams-${fusion}.jsonl`);
      const clips = join(fixture.clips, 'up');
      const { input } = tinyPipeline;
      if (input.kind !== 'frames') throw new Error('The tiny network reads clips');
      const gap = { kind: 'frames', frames: 1 } as const;
      const streams: FramesInput['streams'] = [
        { kind: 'difference', gain: 3 },
        { kind: 'flow', gain: 12 },
      ];
      const encoder = { ...input.encoder, weights: 'hub' };
      const training = { ...tinyPipeline.training, train: 'recurrent' } as const;
      await saveTinyBundle(model, {
        pipeline: { ...tinyPipeline, input: { ...input, streams, gap, fusion, encoder }, training },
      });
      await clipstep(['batch', clips, '--model', model, '--out', out]);
      const { stdout } = await clipstep(['classify', clips, '--model', model, '--json']);
      const classified = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const rows = await rowsOf(out);
      expect(rows).toHaveLength(classified.length);
      for (const [index, row] of rows.entries()) {
        const { input, probability, frames, error } = classified[index];
        expect([row.path, row.frames, row.error?.code]).toEqual([input, frames, error?.code]);
        if (!error) expect(row.probability).toBeCloseTo(probability, 6);
      }
    },
  );

  it('says nothing again of clips that have a row, unless their bytes have changed or passing things failed', async () => {
    const clips = join(root, 'changing');
    const out = join(root, 'changing.jsonl');
    await mkdir(clips);
    for (const name of ['a.mp4', 'b.mp4', 'c.mp4']) await copyFile(join(root, 'one.mp4'), join(clips, name));
    await symlink('nowhere', join(clips, 'd.mp4'));
    expect((await batch(clips, ['--out', out])).code).toBe(3);
    const before = (await readFile(out, 'utf8')).split('\n');
    expect(JSON.parse(before[3]!).error.code).toBe('unreadable');
    await rm(join(clips, 'd.mp4'));
    await copyFile(join(root, 'one.mp4'), join(clips, 'd.mp4'));
    await rm(join(clips, 'b.mp4'));
    await copyFile(join(root, 'three.avi'), join(clips, 'b.mp4'));
    const again = await batch(clips, ['--out', out]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('2 as they stood');
    const after = (await readFile(out, 'utf8')).split('\n');
    // With their times: they are the lines of the first run.
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect((await rowsOf(out)).map((row) => row.id)).toEqual(['a.mp4', 'b.mp4', 'c.mp4', 'd.mp4']);
    expect(JSON.parse(after[1]!).frames).toBe(3);
    expect(JSON.parse(after[1]!).sha256).not.toBe(JSON.parse(before[1]!).sha256);
  });

  it('drops a torn last line and a damaged one, and classifies their clips again', async () => {
    const out = join(root, 'torn.jsonl');
    await batch(fixture.clips, ['--out', out]);
    const whole = await readRows(out);
    const lines = (await readFile(out, 'utf8')).split('\n');
    lines[4] = '\0'.repeat(lines[4]!.length);
    await writeFile(out, `${lines.slice(0, 10).join('\n')}\n${lines[10]!.slice(0, 30)}`);
    const { stderr } = await batch(fixture.clips, ['--out', out]);
    expect(stderr).toContain('1 damaged lines');
    expect(await readRows(out)).toEqual(whole);
  });

  it('refuses to go on with other settings, and names them', async () => {
    const out = join(root, 'settings.jsonl');
    const other = join(root, 'other-model');
    await cp(fixture.model, other, { recursive: true });
    const manifest = JSON.parse(await readFile(join(other, 'model.json'), 'utf8'));
    await writeFile(join(other, 'model.json'), JSON.stringify({ ...manifest, labels: ['less', 'more'] }));
    await batch(fixture.clips, ['--out', out]);
    const before = await readFile(out, 'utf8');
    const settings = ['--model', other, '--min-probability', '0.7', '--sampling', 'exact'];
    const changed = await batch(fixture.clips, ['--out', out, ...settings]);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toMatch(
      /the model: was [0-9a-f]{64}, is [0-9a-f]{64}\n {2}--sampling: was quick, is exact\n {2}--min-probability: was 0, is 0.7/,
    );
    await rm(`${out}.run.json`);
    const unknown = await batch(fixture.clips, ['--out', out]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/run\.json, which would say how these results were made, is missing/);
    expect(await readFile(out, 'utf8')).toBe(before);
  });

  it('leaves a file alone that is no result of a batch, such as the manifest itself', async () => {
    const manifest = join(root, 'precious.csv');
    const text = `path\n${join(root, 'one.mp4')}`;
    await writeFile(manifest, text);
    for (const format of ['csv', 'jsonl', 'parquet']) {
      const { code, stderr } = await batch(manifest, ['--out', manifest, '--format', format]);
      expect(stderr).toContain(`${manifest} stands already`);
      expect(code).toBe(1);
    }
    expect(await readFile(manifest, 'utf8')).toBe(text);
    const folder = await batch(fixture.clips, ['--out', fixture.clips]);
    expect(folder.stderr).toContain('stands already');
  });

  it('refuses an output that another run is writing to', async () => {
    const out = join(root, 'locked.jsonl');
    let second: ReturnType<typeof batch> | undefined;
    const many = join(root, 'many');
    await manyClips(many, 300);
    const first = await batch(many, ['--out', out], {
      onStderr: (_, kill) => {
        second ??= batch(many, ['--out', out]).finally(() => kill('SIGINT'));
      },
    });
    const { code, stderr } = await second!;
    expect(stderr).toContain(`Another run is writing to ${out}`);
    expect(code).toBe(1);
    expect([0, 130]).toContain(first.code);
  });

  it('ends on SIGINT with what is done, and leaves no program behind', async () => {
    const out = join(root, 'interrupted.jsonl');
    const many = join(root, 'interrupted');
    await manyClips(many, 300);
    let waiting: NodeJS.Timeout | undefined;
    const { code, stderr } = await batch(many, ['--out', out], {
      onStderr: (_, kill) => {
        waiting ??= setInterval(() => {
          // When it has some rows.
          if (statSync(out).size === 0) return;
          clearInterval(waiting);
          kill('SIGINT');
        }, 50);
      },
    });
    expect(code).toBe(130);
    const [, done] = /Interrupted: (\d+) of 300 clips/.exec(stderr)!;
    expect(Number(done)).toBeLessThan(300);
    expect(await readRows(out)).toHaveLength(Number(done));
    if (canListProcesses) expect(processesNaming(many)).toEqual([]);
  });

  it('outlives the terminal that it was started from with its output elsewhere, as with nohup', async () => {
    const out = join(root, 'hung-up.jsonl');
    let signals = 0;
    const { code } = await batch(fixture.clips, ['--out', out], {
      onStderr: (_, kill) => {
        signals += 1;
        kill('SIGHUP');
      },
    });
    expect(signals).toBeGreaterThan(0);
    expect(code).toBe(3);
    expect(await readRows(out)).toHaveLength(CLIPS);
  });

  it('stops at the first failure when asked to, and then goes on without that', async () => {
    const out = join(root, 'strict.jsonl');
    const strict = await batch(fixture.clips, ['--out', out, '--strict', '--jobs', '1']);
    expect(strict.code).toBe(3);
    expect(strict.stdout).toContain('Stopped at the first failure');
    expect((await rowsOf(out)).map((row) => row.error?.code)).toEqual([undefined, undefined, 'corrupt']);
    expect((await batch(fixture.clips, ['--out', out])).code).toBe(3);
    expect(await readRows(out)).toHaveLength(CLIPS);
  });

  it('classifies the parts of clips that a manifest names', async () => {
    const manifest = join(root, 'parts.csv');
    const out = join(root, 'parts.jsonl');
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
        const out = join(root, `shard${index}.jsonl`);
        await batch(fixture.clips, ['--out', out, '--shard', shard]);
        return (await rowsOf(out)).map((row) => row.id);
      }),
    );
    expect(ids.every((each) => each.length > 0)).toBe(true);
    expect(new Set(ids.flat()).size).toBe(CLIPS);
    expect(ids.flat()).toHaveLength(CLIPS);
  });

  it('writes tables: CSV in which no cell is a formula, and Parquet', async () => {
    const clips = join(root, 'formulas');
    await mkdir(clips);
    const names = ['=1+1.mp4', '@SUM(A1).mp4', '+1.mp4', 'plain, "quoted"\r\n.mp4'];
    for (const name of names) await link(join(root, 'one.mp4'), join(clips, name));
    await writeFile(join(clips, '-broken.mp4'), 'no video');
    const csv = join(root, 'table.csv');
    const parquet = join(root, 'table.parquet');
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
    const out = join(root, 'features.jsonl');
    const folder = join(root, 'features');
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
    const clips = join(root, 'long');
    const out = join(root, 'long.jsonl');
    await mkdir(clips);
    await copyFile(join(root, 'three.avi'), join(clips, 'a.avi'));
    await copyFile(join(root, 'broken.mp4'), join(clips, 'b.mp4'));
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
    expect(again.stdout).toContain('2 as they stood');
    expect(await lines(out)).toEqual(rows);
  });

  it('classifies every picture for a model that reads digits', async () => {
    const model = join(root, 'digits-model');
    const pictures = join(root, 'digits');
    const out = join(root, 'digits.jsonl');
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
    const clips = join(root, 'reported');
    const page = join(root, 'report.html');
    await mkdir(join(clips, 'up'), { recursive: true });
    await copyFile(join(root, 'one.mp4'), join(clips, 'up', '<img src=x onerror=alert(1)>.mp4'));
    await copyFile(join(root, 'broken.mp4'), join(clips, '"<b>".mp4'));
    expect((await batch(clips, ['--out', join(root, 'reported.jsonl'), '--report', page])).code).toBe(3);
    const html = await readFile(page, 'utf8');
    expect(html).toContain('2 clips: 1 classified, 1 failed');
    expect(html).toContain('up/&lt;img src=x onerror=alert(1)&gt;.mp4');
    expect(html).not.toMatch(/<b>|<img src=x|https?:|<script/);
    expect(html).toContain('<h3><bdi>corrupt</bdi>: 1</h3>');
    const [, thumbnail] = /data:image\/jpeg;base64,([^"]+)/.exec(html)!;
    expect((await sharp(Buffer.from(thumbnail!, 'base64')).metadata()).width).toBe(160);
  });

  it('gives no label below the probability that is asked for', async () => {
    const out = join(root, 'undecided.jsonl');
    const { stdout } = await batch(fixture.clips, ['--out', out, '--min-probability', '1']);
    expect(stdout).toContain('23 of them undecided');
    expect((await rowsOf(out)).filter((row) => row.label === null)).toHaveLength(CLIPS - BROKEN);
  });

  it.each([
    ['no output', ['--jobs', '1'], /required option '-o, --out/],
    ['a shard that is none', ['--out', 'x', '--shard', '3/2'], /second of five parts/],
    ['a stride without windows', ['--out', 'x', '--stride', '2'], /Give --window/],
    ['subtitles without windows', ['--out', 'x', '--subtitles', 'srt'], /Give --window/],
    ['a probability above one', ['--out', 'x', '--min-probability', '1.5'], /number from 0 to 1/],
  ])('exits with 2 for %s', async (_, args, words) => {
    const { code, stderr } = await batch(fixture.clips, args);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
  });

  it('exits with 1 where there is nothing to classify, nowhere to write, or no ffprobe', async () => {
    const empty = join(root, 'empty');
    await mkdir(empty);
    const nothing = await batch(empty, ['--out', join(root, 'empty.jsonl')]);
    expect(nothing.stderr).toContain('holds no clips');
    const nowhere = await batch(fixture.clips, ['--out', join(root, 'no', 'such', 'folder.jsonl')]);
    expect(nowhere.stderr).toContain('cannot be written');
    const toolless = await batch(fixture.clips, ['--out', join(root, 'toolless.jsonl')], {
      env: { CLIPSTEP_FFPROBE: join(root, 'no-such-ffprobe') },
    });
    expect(toolless.stderr).toContain('No ffprobe that runs was found');
    expect([nothing.code, nowhere.code, toolless.code]).toEqual([1, 1, 1]);
  });
});

describe('clipstep batch and names of files', () => {
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

  it.skipIf(process.platform === 'win32')('gives every name the result of a plain one', async () => {
    const clips = join(root, 'names');
    const out = join(root, 'names.jsonl');
    await mkdir(clips);
    for (const name of [...NAMES, 'plain.mp4']) await link(join(root, 'one.mp4'), join(clips, name));
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
    const clips = join(root, 'latin1');
    mkdirSync(clips);
    writeFileSync(Buffer.concat([Buffer.from(`${clips}/caf`), Buffer.of(0xe9), Buffer.from('.mp4')]), 'x');
    await copyFile(join(root, 'one.mp4'), join(clips, 'good.mp4'));
    const out = join(root, 'latin1.jsonl');
    expect((await batch(clips, ['--out', out])).code).toBe(3);
    const [bad, good] = await rowsOf(out);
    expect(bad).toMatchObject({ id: 'caf\\xe9.mp4', error: { code: 'unreadable' } });
    expect(bad!.error.message).toContain('not UTF-8');
    expect(good!.label).toBeDefined();
  });
});

describe.skipIf(process.platform !== 'linux')('clipstep batch and a machine that fails', () => {
  it('gives a clip that hangs, crashes or kills its reader, or that goes away, a row and nothing more', async () => {
    const clips = join(root, 'failing');
    const out = join(root, 'failing.jsonl');
    await mkdir(clips);
    // Of Matroska, unlike MP4, the packets are always read by a process.
    const { path: ffmpeg } = await findBinary('ffmpeg');
    const one = join(root, 'one.mkv');
    await promisify(execFile)(ffmpeg, ['-v', 'error', '-i', join(root, 'one.mp4'), '-c', 'copy', one]);
    for (const name of ['a.mkv', 'b-hangs.mkv', 'c-crashes.mkv', 'd-killed.mkv', 'e.mkv', 'f-goes.mkv']) {
      await link(one, join(clips, name));
    }
    const { path: real } = await findBinary('ffprobe');
    const reader = join(root, 'ffprobe');
    const goes = `rm -f '${join(clips, 'f-goes.mkv')}'`;
    const cases = `*hangs*) ${goes}; exec sleep 100;; *crashes*) kill -SEGV $$;; *killed*) kill -KILL $$;;`;
    await writeFile(reader, `#!/bin/sh\ncase "$*" in ${cases} esac\nexec '${real}' "$@"\n`);
    await chmod(reader, 0o755);
    const { code } = await batch(clips, ['--out', out, '--timeout', '2', '--jobs', '1'], {
      env: { CLIPSTEP_FFPROBE: reader },
    });
    expect(code).toBe(3);
    expect((await rowsOf(out)).map((row) => row.error?.code)).toEqual([
      ...[undefined, 'timeout', 'corrupt', 'killed', undefined, 'not_found'],
    ]);
    expect(processesNaming('b-hangs')).toEqual([]);
  });

  it('keeps whole rows when the disk is full, says so, and goes on when there is room', async (context) => {
    const disk = join(root, 'disk');
    const out = join(disk, 'full.jsonl');
    await mkdir(disk);
    const mount = (size: string) => promisify(execFile)('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', disk]);
    await mount('size=8k').catch(() => context.skip('a small disk cannot be mounted here'));
    try {
      const full = await batch(fixture.clips, ['--out', out]);
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(/the disk is full[\s\S]*Make room/);
      const kept = await readRows(out);
      expect(kept.length).toBeGreaterThan(2);
      await mount('remount,size=1m');
      expect((await batch(fixture.clips, ['--out', out])).stdout).toContain(`${kept.length} as they stood`);
      expect(await readRows(out)).toHaveLength(CLIPS);
    } finally {
      await promisify(execFile)('umount', [disk]);
    }
  });
});

describe('clipstep batch, killed', () => {
  it('goes on where it was, and has in the end what an undisturbed run has', async () => {
    const whole = join(root, 'undisturbed.jsonl');
    const out = join(root, 'killed.jsonl');
    await batch(fixture.clips, ['--out', whole]);
    const { killed, code } = await runAndKill({ ...fixture, out, kills: 8, seed: 1 });
    expect(code).toBe(3);
    expect(killed).toBeGreaterThan(1);
    expect(await readRows(out)).toEqual(await readRows(whole));
    if (canListProcesses) expect(processesNaming(fixture.clips)).toEqual([]);
  }, 180_000);
});

async function manyClips(folder: string, count: number): Promise<void> {
  await mkdir(folder);
  for (let index = 0; index < count; index++) await link(join(root, 'one.mp4'), join(folder, `${index}.mp4`));
}
