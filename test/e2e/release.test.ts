import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';

const CHANGELOG = '# Changelog\n\n## 0.2.0 - unreleased\n\n- New.\n\n## 0.1.0 - 2026-11-01\n';

let repository: string;
const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: repository });
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'clipstep-release-'));
  await git('init', '--quiet', '--initial-branch', 'main');
  await writeFile(join(repository, 'CHANGELOG.md'), CHANGELOG);
  await git('add', '.');
  await git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'First');
});
afterAll(() => rm(repository, { recursive: true }));

const release = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(projectFolder, 'scripts/release.mjs'), ...args], {
    cwd: repository,
  }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, text: stderr }),
  );

it('a release is of a version that the changelog announces, and a dry run changes nothing', async () => {
  expect(await release('0.2.0', '--dry-run')).toEqual({
    code: 0,
    text: expect.stringMatching(/^Would release 0\.2\.0, dated \d{4}-\d{2}-\d{2}\.\n$/),
  });
  expect(await readFile(join(repository, 'CHANGELOG.md'), 'utf8')).toBe(CHANGELOG);
  expect(await release('0.1.0')).toEqual({ code: 1, text: expect.stringContaining('has no heading') });
  expect(await release('next')).toEqual({ code: 1, text: 'Give a version, such as 0.2.0.\n' });
});

it('a release is refused where something is not committed, or on another branch', async () => {
  await git('switch', '--quiet', '--create', 'other');
  expect((await release('0.2.0')).text).toMatch(/branch main/);
  await git('switch', '--quiet', 'main');
  await writeFile(join(repository, 'new.txt'), '');
  expect((await release('0.2.0')).text).toMatch(/Commit what has changed/);
});
