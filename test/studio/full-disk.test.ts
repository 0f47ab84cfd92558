import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shippedSample } from '../../src/platform/package-files.js';
import { makeProject, openTestStudio, type TestProject, type TestStudio } from '../support/studio.js';

const MEGABYTE = 1 << 20;

let project: TestProject;
let disk: string;
let isMounted = false;
let studio: TestStudio;
beforeAll(async () => {
  project = await makeProject();
  disk = join(project.root, 'disk');
  await mkdir(disk);
  isMounted = await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).then(
    () => true,
    () => false,
  );
  await cp(project.folder, join(disk, 'project'), { recursive: true });
  studio = await openTestStudio(join(disk, 'project'));
});
afterAll(async () => {
  await studio.close();
  if (isMounted) await promisify(execFile)('umount', [disk]);
  await project.remove();
});

it('a full disk loses no clip, and takes new ones when there is room', async (context) => {
  if (!isMounted) context.skip('a small disk cannot be mounted here');
  const clip = await readFile(shippedSample('open/open-0001.mp4'));
  const upload = (name: string) => studio.upload({ label: 'jump', name }, clip);
  await studio.post('/api/classes', { label: 'jump' });
  expect((await upload('before.mp4')).status).toBe(200);
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(2 * MEGABYTE)).catch(() => {});
  expect((await upload('lost.mp4')).status).toBe(507);
  const [before] = await studio.clips('jump');
  const trimmed = await studio.post(`/api/clips/${before!.id}/trim`, { startSeconds: 0, endSeconds: 1 });
  expect(trimmed).toEqual({ status: 507, code: 'cannot_write' });
  const folder = join(disk, 'project/clips/jump');
  expect(await readdir(folder)).toEqual(['before.mp4']);
  expect(await readFile(join(folder, 'before.mp4'))).toEqual(clip);
  await rm(filler);
  expect((await upload('after.mp4')).status).toBe(200);
});
