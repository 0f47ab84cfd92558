import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { InferenceSession } from 'onnxruntime-node';
import sharp from 'sharp';
import { glob } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { exportModel } from '../../src/export/export-model.js';
import { findBinary } from '../../src/media/ffmpeg/binaries.js';
import { classify } from '../../src/predict/classify.js';
import type { Outcome } from '../../src/predict/outcome.js';
import { largest } from '../../src/tensors/largest.js';
import { clipstep, projectFolder } from '../support/cli.js';
import { saveTinyBundle, tinyPipeline } from '../support/tiny-bundle.js';

const runtime = await import('onnxruntime-node');

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-export-'));
});
afterAll(() => rm(root, { recursive: true }));

interface Frames {
  /** uint8 RGB [height, width, 3] each. */
  readonly pictures: readonly Uint8Array[];
  readonly width: number;
  readonly height: number;
}

/** All frames of a folder in their own size, as another program would read them. */
async function framesIn(folder: string): Promise<Frames> {
  const names = (await readdir(folder)).sort();
  const read = names.map((name) =>
    sharp(join(folder, name)).removeAlpha().raw().toBuffer({ resolveWithObject: true }),
  );
  const pictures = await Promise.all(read);
  const { width, height } = pictures[0]!.info;
  return { pictures: pictures.map(({ data }) => data), width, height };
}

/** A clip as a folder of its frames. */
async function asFolder(clip: string): Promise<string> {
  if (extname(clip) === '') return clip;
  const folder = await mkdtemp(join(root, 'frames-'));
  const { path } = await findBinary('ffmpeg');
  const options = ['-v', 'error', '-i', clip, '-fps_mode', 'passthrough', join(folder, '%04d.png')];
  await promisify(execFile)(path, options);
  return folder;
}

/** Of those at the centres of equal spans. */
async function run(session: InferenceSession, { pictures, width, height }: Frames): Promise<number[]> {
  const places = Array.from({ length: FRAMES }, (_, index) =>
    Math.floor(((index + 0.5) * pictures.length) / FRAMES),
  );
  const frames = Buffer.concat(places.map((place) => pictures[place]!));
  const { probabilities } = await session.run({
    frames: new runtime.Tensor('uint8', frames, [FRAMES, height, width, 3]),
  });
  return [...(probabilities!.data as Float32Array)];
}

type ClassAnswer = Extract<Outcome, { kind: 'class' }>;

/** That models/motion reads of a clip. */
const FRAMES = 8;

async function collected(outcomes: AsyncIterable<Outcome>): Promise<ClassAnswer[]> {
  const answers: ClassAnswer[] = [];
  for await (const outcome of outcomes) {
    if (outcome.kind !== 'class') throw new Error(`${outcome.input} is ${outcome.kind}`);
    answers.push(outcome);
  }
  return answers;
}

describe('models/motion as one ONNX file', () => {
  it('says of each sample clip what Clipstep says, from frames of their own size', async () => {
    const path = join(root, 'motion.onnx');
    const bundle = await loadBundle('motion');
    const { bytes } = await exportModel(bundle, { out: path, format: 'onnx' });
    expect(await readFile(path)).toHaveLength(bytes);
    const session = await runtime.InferenceSession.create(path);
    const samples = await glob('datasets/motion/samples/*/*', { cwd: projectFolder, onlyFiles: false });
    const clips = samples.map((name) => join(projectFolder, name.replace(/\/$/, '')));
    const folders = await Promise.all(clips.map(asFolder));
    // An exported model calls nothing unlike.
    const each = { maxDistance: Number.POSITIVE_INFINITY };
    const top = bundle.manifest.labels.length;
    const ofFolders = await collected(classify('motion', folders, { ...each, top }));
    const ofClips = await collected(classify('motion', clips, { ...each, sampling: 'exact' }));
    const { labels } = bundle.manifest;
    for (const [index, { label, top }] of ofFolders.entries()) {
      const ours = await run(session, await framesIn(folders[index]!));
      const theirs = labels.map((name) => top.find((each) => each.label === name)!.probability);
      const apart = largest(ours.map((value, place) => Math.abs(value - theirs[place]!)));
      expect(apart).toBeLessThan(0.01);
      expect(labels[ours.indexOf(largest(ours))]).toBe(label);
      expect(label).toBe(ofClips[index]!.label);
    }
    expect(clips).toHaveLength(16);
    await session.release();
  });

  it('takes frames of other sizes, and as many as there are', async () => {
    const path = join(root, 'sizes.onnx');
    await exportModel(await loadBundle('motion'), { out: path, format: 'onnx' });
    const session = await runtime.InferenceSession.create(path);
    for (const [count, height, width] of [
      [1, 40, 64],
      [3, 301, 97],
    ] as const) {
      const frames = new Uint8Array(count * height * width * 3).fill(128);
      const { probabilities } = await session.run({
        frames: new runtime.Tensor('uint8', frames, [count, height, width, 3]),
      });
      const sum = (probabilities!.data as Float32Array).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
    await session.release();
  });

  it('carries its labels, what it wants to read, and its card', async () => {
    const path = join(root, 'properties.onnx');
    await exportModel(await loadBundle('motion'), { out: path, format: 'onnx' });
    const text = (await readFile(path)).toString('latin1');
    expect(text).toContain('["approach","brighten","clockwise"');
    expect(text).toContain('{"kind":"uniform","frames":8}');
    expect(text).toContain((await readFile(join(projectFolder, 'models/motion/README.md'), 'latin1')).trim());
  });
});

describe('what cannot be one ONNX file is refused by what of it cannot', () => {
  it.each([
    [
      'optical flow',
      {
        ...tinyPipeline,
        input: {
          ...tinyPipeline.input,
          streams: [{ kind: 'flow', gain: 12 }],
          gap: { kind: 'frames', frames: 1 },
        },
      },
      /optical flow/,
    ],
    [
      'segments',
      { ...tinyPipeline, recurrent: { ...tinyPipeline.recurrent, readout: 'hierarchical' } },
      /segments/,
    ],
  ] as const)('%s', async (name, pipeline, problem) => {
    const folder = join(root, name.replace(' ', '-'));
    await saveTinyBundle(folder, { pipeline: pipeline as unknown as typeof tinyPipeline });
    const out = join(root, `${name}.onnx`);
    await expect(exportModel(await loadBundle(folder), { out, format: 'onnx' })).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringMatching(problem),
    });
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it.each(['onnx', 'tfjs', 'web'])('the command writes %s, and says nothing else', async (format) => {
  const out = join(root, `command-${format}`);
  const { code, stdout, stderr } = await clipstep(['export', 'motion', '--out', out, '--format', format]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/command-\w+, [\d.]+ MB/);
  expect(code).toBe(0);
});

it('a place that cannot be written to is named', async () => {
  await writeFile(join(root, 'file'), '');
  const out = join(root, 'file', 'motion.onnx');
  await expect(exportModel(await loadBundle('motion'), { out, format: 'onnx' })).rejects.toMatchObject({
    code: 'cannot_write',
    problem: expect.stringContaining(out),
  });
});
