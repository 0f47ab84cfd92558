import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';

const samples = join(projectFolder, 'datasets/motion/samples');

/** What `clipstep classify` says where it may open only so many files. */
function classifyWith(handles: number): Promise<{ code: number; stderr: string }> {
  const command = `ulimit -n ${handles} && exec "$0" dist/cli.js classify "$1" --model models/motion`;
  return new Promise((resolve) => {
    const args = ['-c', command, process.execPath, join(samples, 'open')];
    const child = execFile('sh', args, { cwd: projectFolder }, (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, stderr }),
    );
  });
}

// Some of them end while Clipstep loads itself, where several of its files cannot be opened at once.
it.skipIf(process.platform === 'win32').each([25, 28, 30])(
  'says that %i handles are too few, and no more',
  async (handles) => {
    const { code, stderr } = await classifyWith(handles);
    expect(stderr).not.toMatch(/node:internal|^ +at /m);
    if (code !== 0) expect(stderr).toMatch(/needs to open more files at once.*\n.*ulimit -n/);
  },
);
