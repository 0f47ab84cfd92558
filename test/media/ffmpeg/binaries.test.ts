import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import ffprobePackage from '@ffprobe-installer/ffprobe';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { ensureExecutable, findBinary } from '../../../src/media/ffmpeg/binaries.js';
import { fileAddress } from '../../../src/media/ffmpeg/ffmpeg.js';
import { createTimeBudget } from '../../../src/platform/child-process/time-budget.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-binaries-'));
afterAll(() => rmSync(folder, { recursive: true }));

const before = { ...process.env };
afterEach(() => {
  for (const name of ['CLIPSTEP_CACHE', 'CLIPSTEP_FFMPEG', 'CLIPSTEP_FFPROBE', 'LD_LIBRARY_PATH', 'PATH']) {
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

/** The modules as another process has them, which shares the cache alone with this one. */
async function inAnotherProcess() {
  vi.resetModules();
  const { findBinary } = await import('../../../src/media/ffmpeg/binaries.js');
  const { runFfprobe } = await import('../../../src/media/ffmpeg/ffmpeg.js');
  return { findBinary, runFfprobe };
}

test('a program that answered in an earlier process is not asked again while its file is the same', async () => {
  process.env.CLIPSTEP_CACHE = mkdtempSync(join(folder, 'cache-'));
  const path = join(mkdtempSync(join(folder, 'kept-')), 'ffmpeg');
  copyFileSync(ffmpegPackage.path, path);
  chmodSync(path, 0o755);
  process.env.CLIPSTEP_FFMPEG = path;
  const first = await findBinary('ffmpeg');
  expect(first.askedNow).toBe(true);

  expect(await (await inAnotherProcess()).findBinary('ffmpeg')).toEqual({ ...first, askedNow: false });

  copyFileSync(process.execPath, path);
  await expect((await inAnotherProcess()).findBinary('ffmpeg')).rejects.toMatchObject({
    code: 'missing_tool',
  });
});

test('a script is always asked: what it starts may be another program tomorrow', async () => {
  process.env.CLIPSTEP_CACHE = mkdtempSync(join(folder, 'cache-'));
  const path = join(folderWith('mine', `#!/bin/sh\nexec '${ffmpegPackage.path}' "$@"\n`), 'mine');
  process.env.CLIPSTEP_FFMPEG = path;
  await findBinary('ffmpeg');
  expect((await (await inAnotherProcess()).findBinary('ffmpeg')).askedNow).toBe(true);
});

test('where the cache cannot be written, programs are found all the same', async () => {
  process.env.CLIPSTEP_CACHE = '/proc/nope';
  process.env.PATH = '';
  expect(await (await inAnotherProcess()).findBinary('ffmpeg')).toMatchObject({
    source: 'package',
    askedNow: true,
  });
});

/** The ffprobe of the system, which loads libraries; the packaged one has all in itself. */
const ofSystem = (process.env.PATH ?? '')
  .split(':')
  .map((place) => join(place, 'ffprobe'))
  .find((path) => process.platform === 'linux' && existsSync(path));

test.skipIf(ofSystem === undefined)(
  'a program whose libraries were broken since it answered gives way to the next',
  async () => {
    process.env.CLIPSTEP_CACHE = mkdtempSync(join(folder, 'cache-'));
    process.env.PATH = dirname(ofSystem!);
    const broken = mkdtempSync(join(folder, 'libraries-'));
    const linked = execFileSync('ldd', [ofSystem!], { encoding: 'utf8' }).match(/libavutil\.so\.\d+/)![0];
    await findBinary('ffprobe');
    const { findBinary: findLater, runFfprobe } = await inAnotherProcess();
    expect(await findLater('ffprobe')).toMatchObject({ path: ofSystem, askedNow: false });

    writeFileSync(join(broken, linked), 'no library');
    process.env.LD_LIBRARY_PATH = broken;
    const lines: string[] = [];
    const exit = await runFfprobe(
      {
        source: fileAddress('datasets/motion/samples/close/close-0002.webm'),
        options: ['-show_entries', 'format=format_name'],
        timeBudget: createTimeBudget(60),
      },
      (line) => lines.push(line),
    );
    expect(exit).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(lines.join('\n')).toContain('format_name=matroska,webm');
    expect(await findLater('ffprobe')).toMatchObject({ source: 'package', path: ffprobePackage.path });
  },
);
