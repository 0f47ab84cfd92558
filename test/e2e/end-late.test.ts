import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { projectFolder } from '../support/cli.js';

test.skipIf(process.platform === 'win32').each([
  ['{}', 'Give the same command again.'],
  ['{ again: TRAIN_AGAIN }', 'Give the same command again, with --resume if a training is kept.'],
])(
  'work that does not stop is ended by SIGTERM, which says so and what to do: %s',
  async (options, advice) => {
    const script = `
    const { interruptible, TRAIN_AGAIN } = await import('./src/commands/interruptible.ts');
    const stuck = setInterval(() => {}, 1000);
    await interruptible(() => {
      console.log('at work');
      return new Promise(() => stuck);
    }, ${options});`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: projectFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const said = text(child.stderr);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(await said).toBe(`Interrupted before the work could stop by itself. ${advice}\n`);
  },
);
