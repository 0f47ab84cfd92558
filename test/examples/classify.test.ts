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
