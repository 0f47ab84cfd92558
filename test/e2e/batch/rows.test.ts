import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FramesInput } from '../../../src/inputs/video/frames-schema.js';
import { clipstep } from '../../support/cli.js';
import { saveTinyBundle, tinyPipeline } from '../../support/tiny-bundle.js';
import { BROKEN, CLIPS, rowsOf, useBatchFixture } from './fixture.js';

const { fixture, batch } = useBatchFixture();

describe('clipstep batch', () => {
  it('writes a row for each clip in natural order, and exits with 3 when some have failed', async () => {
    const out = join(fixture.root, 'whole.jsonl');
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
      size: (await readFile(join(fixture.root, 'one.mp4'))).length,
      top: [{ label: video.label, probability: video.probability }],
    });
    expect(stdout).toContain(`${CLIPS} clips, ${CLIPS - BROKEN} classified, ${BROKEN} failed`);
    // The clip without a class and the broken ones have no part in it.
    expect(stdout).toMatch(/Accuracy .* on 22 clips/);
    expect(stderr).toContain(`${CLIPS}/${CLIPS} clips`);
  });

  it('says the same however many clips are under way at once', async () => {
    const [one, many] = await Promise.all(
      ['1', '100000'].map(async (jobs) => {
        const out = join(fixture.root, `jobs-${jobs}.jsonl`);
        const { stderr } = await batch(fixture.clips, ['--out', out, '--jobs', jobs]);
        expect(stderr).not.toContain('Warning');
        return (await rowsOf(out)).map(({ milliseconds, ...row }) => row);
      }),
    );
    expect(one).toHaveLength(CLIPS);
    expect(many).toEqual(one);
  });

  it.each(['concatenate', 'average'] as const)(
    'says what classify says of streams that it must %s',
    async (fusion) => {
      const model = join(fixture.root, `streams-${fusion}`);
      const out = join(fixture.root, `streams-${fusion}.jsonl`);
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

  it('gives no label below the probability that is asked for', async () => {
    const out = join(fixture.root, 'unknown.jsonl');
    const { stdout } = await batch(fixture.clips, ['--out', out, '--min-probability', '1']);
    expect(stdout).toContain('23 of them unknown');
    const unsure = (await rowsOf(out)).filter((row) => row.label === null);
    expect(unsure).toHaveLength(CLIPS - BROKEN);
    for (const { unknown, probability } of unsure) {
      expect(unknown).toEqual({ reason: 'unsure', score: probability });
    }
  });

  it.each([
    ['no output', ['--jobs', '1'], /required option '-o, --out/],
    ['a shard that is none', ['--out', 'x', '--shard', '3/2'], /second of five parts, or auto\/5/],
    ['a stride without windows', ['--out', 'x', '--stride', '2'], /Give --window/],
    ['subtitles without windows', ['--out', 'x', '--subtitles', 'srt'], /Give --window/],
    ['a probability above one', ['--out', 'x', '--min-probability', '1.5'], /number from 0 to 1/],
  ])('exits with 2 for %s', async (_, args, words) => {
    const { code, stderr } = await batch(fixture.clips, args);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
  });

  it('exits with 1 where there is nothing to classify, nowhere to write, or no ffprobe', async () => {
    const empty = join(fixture.root, 'empty');
    await mkdir(empty);
    const nothing = await batch(empty, ['--out', join(fixture.root, 'empty.jsonl')]);
    expect(nothing.stderr).toContain('holds no clips');
    const nowhere = await batch(fixture.clips, ['--out', join(fixture.root, 'no', 'such', 'folder.jsonl')]);
    expect(nowhere.stderr).toContain('cannot be written');
    const toolless = await batch(fixture.clips, ['--out', join(fixture.root, 'toolless.jsonl')], {
      env: { CLIPSTEP_FFPROBE: join(fixture.root, 'no-such-ffprobe') },
    });
    expect(toolless.stderr).toContain('No ffprobe that runs was found');
    expect([nothing.code, nowhere.code, toolless.code]).toEqual([1, 1, 1]);
  });
});
