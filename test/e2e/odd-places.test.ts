import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshCache } from '../support/cache.js';
import { clipstep, projectFolder } from '../support/cli.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';

let root: string;
let data: string;
let pipeline: string;
let env: { CLIPSTEP_CACHE: string };
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-places-'));
  data = join(root, 'data');
  env = await freshCache(join(root, 'cache'));
  await writeTinyDataset(data, 8);
  pipeline = await writeTinyPipeline(join(root, 'p'));
});
afterAll(() => rm(root, { recursive: true }));

const train = (from: string, out: string, options: { cwd?: string } = {}) =>
  clipstep(['train', pipeline, '--data', from, '--out', out], { env, ...options });
const weightsOf = (folder: string) => readFile(join(folder, 'weights.safetensors'));
const answerOf = async (clip: string, model: string) => {
  const { stdout, stderr } = await clipstep(['classify', clip, '--model', model, '--json'], { env });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).classes;
};

describe('training gives the same model', () => {
  let expected: Buffer;
  beforeAll(async () => {
    const out = join(root, 'usual');
    expect((await train(data, out)).stderr).toMatch(/epoch 3\/3/);
    expected = await weightsOf(out);
  });

  it('of clips behind relative links', async () => {
    const linked = join(root, 'linked');
    for (const label of await readdir(data)) {
      await mkdir(join(linked, label), { recursive: true });
      for (const clip of await readdir(join(data, label)))
        await symlink(`../../data/${label}/${clip}`, join(linked, label, clip));
    }
    await train('linked', 'of-links', { cwd: root });
    expect((await weightsOf(join(root, 'of-links'))).equals(expected)).toBe(true);
  });

  it('of clips at a long path, and moved, it answers as before', async () => {
    const deep = join(root, ...Array.from({ length: 8 }, (_, level) => `${level}`.repeat(100)));
    await cp(data, join(deep, 'data'), { recursive: true });
    const out = join(deep, 'model');
    const { stderr, code } = await train(join(deep, 'data'), out);
    expect([code, (await weightsOf(out)).equals(expected)], stderr).toEqual([0, true]);
    const clip = join(data, 'up', 'clip0');
    const before = await answerOf(clip, out);
    const moved = join(root, 'moved elsewhere');
    await rename(out, moved);
    expect(await answerOf(clip, moved)).toEqual(before);
    const scored = await clipstep(['evaluate', moved, '--data', data, '--split', 'all'], {
      env,
      cwd: root,
    });
    expect(scored.stdout, scored.stderr).toMatch(/\b16\b/);
  });

  it.skipIf(!canMount())('of clips on a disk that is read-only', async () => {
    const out = join(root, 'of-read-only');
    const mounted = `mount --bind ${data} ${data} && mount -o remount,ro,bind ${data} && ! touch ${data}/x 2>&-`;
    const command = `node dist/cli.js train ${pipeline} --data ${data} --out ${out}`;
    await promisify(execFile)('unshare', ['-m', 'sh', '-c', `${mounted} && ${command}`], {
      cwd: projectFolder,
      env: { ...process.env, ...env },
    });
    expect((await weightsOf(out)).equals(expected)).toBe(true);
  });
});

/** Mounts that nobody else sees: of Linux, and of root. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it('a thousand tiny image sequences are trained on', async () => {
  const many = join(root, 'many');
  await writeTinyDataset(many, 500);
  const out = join(root, 'of-many');
  const short = await writeTinyPipeline(join(root, 'short'), {
    training: '{ train: everything, epochs: 1, batchSize: 50, learningRate: 0.01 }',
  });
  const { code, stderr } = await clipstep(['train', short, '--data', many, '--out', out], { env });
  expect(code, stderr).toBe(0);
  const metrics = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8'));
  expect(metrics.examples).toEqual({ train: 500, validation: 250, test: 250, outliers: 0 });
});

it('one thread and two give the same answer', async () => {
  const script = `
    const { openClassifier } = await import(${JSON.stringify(`${projectFolder}/dist/index.js`)});
    for (const threads of [1, 2]) {
      const classifier = await openClassifier(process.argv[1], { threads });
      const clips = process.argv.slice(2);
      const outcomes = await Promise.all(clips.map((clip) => classifier.classify(clip)));
      console.log(JSON.stringify(outcomes.map(({ classes }) => classes)));
      await classifier.release();
    }`;
  const clips = ['open/open-0001.mp4', 'recede/recede-0001.mp4', 'close/close-0001.mp4'].map((clip) =>
    join(projectFolder, 'datasets/motion/samples', clip),
  );
  const args = ['--input-type=module', '-e', script, join(projectFolder, 'models/motion'), ...clips];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const [one, two] = stdout.trim().split('\n');
  expect(JSON.parse(one!)).toHaveLength(3);
  expect(two).toBe(one);
});
