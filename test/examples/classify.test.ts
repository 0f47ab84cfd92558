import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', ...args], { cwd: projectFolder });

it('the example in examples/classify.ts classifies the samples and names what fails', async () => {
  const { stdout } = await run('examples/classify.ts', 'datasets/motion/samples/approach', 'missing.mp4');
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/approach.*: approach \([01]\.\d{3}\)/);
  expect(lines.at(-1)).toMatch(/^missing\.mp4: /);
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
