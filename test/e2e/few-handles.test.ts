import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';

const samples = join(projectFolder, 'datasets/motion/samples');
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-handles-'));
});
afterAll(() => rm(root, { recursive: true }));

/** What a command says where it may open only so many files; its cache is empty. */
function withHandles(handles: number, args: readonly string[]): Promise<{ code: number; words: string }> {
  const command = `ulimit -n ${handles} && exec "$0" dist/cli.js "$@"`;
  const env = { ...process.env, CLIPSTEP_CACHE: join(root, `cache-${handles}`) };
  return new Promise((resolve) => {
    const child = execFile(
      'sh',
      ['-c', command, process.execPath, ...args],
      { cwd: projectFolder, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, words: stdout + stderr }),
    );
  });
}

function expectClearEnd({ code, words }: { code: number; words: string }): void {
  expect(words).not.toMatch(/node:internal|^ +at /m);
  if (code === 0) return;
  expect(code).toBe(1);
  expect(words).toMatch(/needs to open more files at once.*\n.*ulimit -n/);
}

// Some of them end while Clipstep loads itself, where several of its files cannot be opened at once.
it.skipIf(process.platform === 'win32').each([25, 28, 30])(
  'says that %i handles are too few, and no more',
  async (handles) => {
    expectClearEnd(
      await withHandles(handles, ['classify', join(samples, 'open'), '--model', 'models/motion']),
    );
  },
);

// Where they run out: as clips are opened, as ffmpeg is started, as libvips opens pictures.
it.skipIf(process.platform === 'win32').each([42, 46, 48, 50, 52, 54, 58])(
  'takes no clip for broken where %i handles are too few',
  async (handles) => {
    const { words } = await withHandles(handles, ['check', samples]);
    expect(words).toMatch(/8 classes, 16 clips|needs to open more files at once/);
    expect(words).not.toMatch(/cannot be|EMFILE|^ +at /m);
  },
);

it.skipIf(process.platform === 'win32').each([
  [36, '2'],
  [40, '2'],
  [48, '8'],
  [52, '8'],
])('ends a batch where %i handles are too few for %s clips at once', async (handles, jobs) => {
  const out = join(root, `${handles}.jsonl`);
  const args = ['batch', samples, '--model', 'models/motion', '--jobs', jobs, '--out', out];
  expectClearEnd(await withHandles(handles, args));
  const whole = await withHandles(1024, args);
  expect(whole.words).toContain('16 clips, 16 classified');
});
