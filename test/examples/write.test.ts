import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';

it('the example in examples/write.ts writes on, and says what it does not know of the prompt', async () => {
  const args = ['--import', 'tsx', 'examples/write.ts', 'models/shakespeare', 'ROMEO:\nß'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: projectFolder });
  expect(stderr).toBe('Unknown to the model: ß\n');
  const lines = stdout.trim().split('\n');
  expect(lines.pop()).toBe('200 tokens, ended by length');
  expect(lines.join('\n')).toHaveLength(200);
});
