import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-examples-'));
});
afterAll(() => rm(root, { recursive: true }));

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', ...args], { cwd: projectFolder });

it('the example in examples/classify.ts classifies the samples and names what fails', async () => {
  const { stdout } = await run('examples/classify.ts', 'datasets/motion/samples/approach', 'missing.mp4');
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/approach.*: approach \([01]\.\d{3}\)/);
  expect(lines.at(-1)).toMatch(/^missing\.mp4: /);
});

it('the example in examples/train.ts trains a model, says how it goes, and names what is wrong', async () => {
  const [data, out] = [join(root, 'data'), join(root, 'model')];
  await writeTinyDataset(data, 8);
  const pipeline = await writeTinyPipeline(root);
  const { stdout, stderr } = await run('examples/train.ts', pipeline, data, out);
  expect(stderr).toMatch(/epoch 3\/3: loss \d\.\d{3}, validation \d\.\d{3}/);
  expect(stdout).toMatch(/^model: .*\n4 test clips, \d+\.0 % right\n$/);
  expect(stdout).toContain(out);
  await expect(run('examples/train.ts', pipeline, data, out)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(out),
  });
});

it('the example in examples/batch.ts classifies what is below a folder', async () => {
  const out = join(root, 'results.jsonl');
  const { stdout, stderr } = await run('examples/batch.ts', 'datasets/motion/samples/open', out);
  expect(stderr).toMatch(/2 of 2/);
  expect(stdout).toMatch(/^2 clips, 0 failed\n.*open-0001\.mp4: open \([01]\.\d{3}\)\n/);
  expect((await readFile(out, 'utf8')).trim().split('\n')).toHaveLength(2);
});

it('the example in examples/http.ts answers several requests with one model, and ends when it is told to', async () => {
  const server = spawn(process.execPath, ['--import', 'tsx', 'examples/http.ts', 'motion', '0'], {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'close');
  try {
    const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
    const clip = await readFile(join(projectFolder, 'datasets/motion/samples/open/open-0001.mp4'));
    const ask = (body: Buffer) => fetch(line.trim(), { method: 'POST', body });
    const answers = await Promise.all([ask(clip), ask(clip), ask(Buffer.from('no clip'))]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 422]);
    expect(await answers[0]!.json()).toMatchObject({ kind: 'class', label: 'open', engine: 'onnx' });
    expect(await answers[2]!.json()).toMatchObject({ kind: 'failed', error: { code: 'not_media' } });
  } finally {
    server.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
});

it('importing the library loads no engine, no sharp and no ffmpeg', async () => {
  const program = `
    import Module from 'node:module';
    await import('clipstep');
    console.log(JSON.stringify(Object.keys(Module._cache)));
  `;
  const { stdout } = await run('--input-type=module', '--eval', program);
  const loaded: string[] = JSON.parse(stdout);
  const heavy = loaded.filter((path) => /onnxruntime|tfjs|sharp|fluent-ffmpeg/.test(path));
  expect(heavy).toEqual([]);
});

it('clipstep/classify has the same two functions, and classifies', async () => {
  const program = `
    import { classify, openClassifier } from 'clipstep/classify';
    import * as library from 'clipstep';
    const isSame = classify === library.classify && openClassifier === library.openClassifier;
    const { value } = await classify('models/motion', ['datasets/motion/samples/open/open-0002']).next();
    console.log(JSON.stringify({ isSame, kind: value.kind, label: value.label }));
    process.exit();
  `;
  const { stdout } = await run('--input-type=module', '--eval', program);
  expect(JSON.parse(stdout)).toEqual({ isSame: true, kind: 'class', label: 'open' });
});
