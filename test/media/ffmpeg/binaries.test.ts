import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import ffprobePackage from '@ffprobe-installer/ffprobe';
import { afterAll, afterEach, expect, test } from 'vitest';
import { ensureExecutable, findBinary } from '../../../src/media/ffmpeg/binaries.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-binaries-'));
afterAll(() => rmSync(folder, { recursive: true }));

const before = { ...process.env };
afterEach(() => {
  for (const name of ['CLIPSTEP_FFMPEG', 'CLIPSTEP_FFPROBE', 'PATH']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** A folder with one program in it, to be the PATH. */
function folderWith(name: string, program: string): string {
  const path = mkdtempSync(join(folder, 'path-'));
  writeFileSync(join(path, name), program);
  chmodSync(join(path, name), 0o755);
  return path;
}

test('the packaged programs are used where nothing else is', async () => {
  process.env.PATH = '';
  expect(await findBinary('ffmpeg')).toMatchObject({ source: 'package', path: ffmpegPackage.path });
  const ffprobe = await findBinary('ffprobe');
  expect(ffprobe).toMatchObject({ tool: 'ffprobe', source: 'package', path: ffprobePackage.path });
  expect(ffprobe.version).toMatch(/^\S+$/);
  expect(ffprobe.libavutil[0]).toBeGreaterThanOrEqual(56);
});

test('the first on PATH that runs comes before the packaged ones', async () => {
  const absent = join(folder, 'absent');
  const broken = folderWith('ffmpeg', '#!/bin/sh\nexit 1\n');
  const works = folderWith('ffmpeg', `#!/bin/sh\nexec '${ffmpegPackage.path}' "$@"\n`);
  process.env.PATH = [absent, broken, works].join(':');
  expect(await findBinary('ffmpeg')).toMatchObject({ source: 'path', path: join(works, 'ffmpeg') });
});

test('a variable comes before both', async () => {
  const path = join(folderWith('mine', `#!/bin/sh\nexec '${ffmpegPackage.path}' "$@"\n`), 'mine');
  process.env.CLIPSTEP_FFMPEG = path;
  expect(await findBinary('ffmpeg')).toMatchObject({ source: 'environment', path });
});

test('a variable that names no ffmpeg is an error, which tells what is there', async () => {
  process.env.CLIPSTEP_FFPROBE = join(folder, 'nowhere');
  await expect(findBinary('ffprobe')).rejects.toMatchObject({
    code: 'missing_tool',
    problem: expect.stringContaining(join(folder, 'nowhere')),
    fix: expect.stringContaining('CLIPSTEP_FFPROBE'),
  });
  process.env.CLIPSTEP_FFPROBE = process.execPath;
  await expect(findBinary('ffprobe')).rejects.toMatchObject({ code: 'missing_tool' });
});

test('a program that was installed meanwhile is found', async () => {
  const path = join(folder, 'later');
  process.env.CLIPSTEP_FFMPEG = path;
  await expect(findBinary('ffmpeg')).rejects.toMatchObject({ code: 'missing_tool' });
  writeFileSync(path, `#!/bin/sh\nexec '${ffmpegPackage.path}' "$@"\n`);
  chmodSync(path, 0o755);
  expect(await findBinary('ffmpeg')).toMatchObject({ path });
});

test('a program without its run bit gets it', async () => {
  mkdirSync(join(folder, 'package'));
  const path = join(folder, 'package', 'program');
  copyFileSync(process.execPath, path);
  chmodSync(path, 0o644);
  await ensureExecutable(path);
  expect(statSync(path).mode & 0o111).toBe(0o111);
});
