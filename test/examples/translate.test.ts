import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';
import { saveTinyPairBundle } from '../support/tiny-pairs.js';

it('the example in examples/translate.ts writes a line for each text, and says which are none', async () => {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-example-'));
  try {
    await saveTinyPairBundle(join(root, 'model'));
    const args = ['--import', 'tsx', 'examples/translate.ts', join(root, 'model')];
    const child = spawn(process.execPath, args, { cwd: projectFolder });
    child.stdin.end('a b\n\nc\n');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stdout).toMatch(/^.*\n.*\n$/);
    expect(stderr).toContain('"": An empty text cannot be translated.');
  } finally {
    await rm(root, { recursive: true });
  }
});
