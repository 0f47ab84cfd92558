import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep } from '../support/cli.js';

describe('clipstep dataset motion', () => {
  let parent: string;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'clipstep-dataset-'));
  });
  afterAll(() => rm(parent, { recursive: true }));

  it('writes a folder of clips for each class, and refuses to write there again', async () => {
    const out = join(parent, 'motion');
    const args = ['dataset', 'motion', '--out', out, '--per-class', '1', '--seed', '3'];
    const first = await clipstep(args);
    expect(first).toMatchObject({ code: 0, stdout: `8 clips of 8 classes are in ${out}\n` });
    expect(await readdir(out)).toHaveLength(8);
    const second = await clipstep(args);
    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toContain('already holds 8 files or folders');
  });

  it.each([
    ['no folder', ['--per-class', '1'], /--out/],
    ['no clips', ['--out', 'nowhere', '--per-class', '0'], /--per-class.*whole number of at least 1/],
    ['a seed that is no number', ['--out', 'nowhere', '--seed', 'x'], /--seed.*whole number of at least 0/],
  ])('tells wrong use: %s', async (_, args, message) => {
    const { code, stderr } = await clipstep(['dataset', 'motion', ...args], { cwd: parent });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
