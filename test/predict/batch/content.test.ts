import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentDigest } from '../../../src/inputs/feature-cache.js';
import { locatePath } from '../../../src/media/locate.js';
import { contentReader } from '../../../src/predict/batch/content.js';

const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

let root: string;
let video: string;
const bytes = Buffer.alloc(3_000_000, 'clip');
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-content-'));
  video = join(root, 'a.mp4');
  await writeFile(video, bytes);
});
afterAll(() => rm(root, { recursive: true }));

const read = (path: string, signal = new AbortController().signal) =>
  contentReader({ timeoutSeconds: 60, signal })({
    clip: { id: 'clip', path },
    located: { kind: 'video', input: path, path },
  });

it("tells a file's size and sha256", async () => {
  expect(await read(video)).toEqual({ size: bytes.length, sha256: sha256(bytes) });
});

it('tells a sequence by what sha256sum prints of its frames', async () => {
  const folder = join(root, 'frames');
  const paths = ['1.png', '2.png'].map((name) => join(root, name));
  for (const path of paths) await writeFile(path, path);
  const reading = contentReader({ timeoutSeconds: 60, signal: new AbortController().signal });
  const content = await reading({
    clip: { id: 'frames', path: folder },
    located: { kind: 'images', input: folder, paths },
  });
  const lines = paths.map((path) => `${sha256(path)}  ${path.slice(root.length + 1)}\n`);
  expect(content.sha256).toBe(sha256(lines.join('')));
});

it('tells a folder of frames as features of it are kept', async () => {
  const folder = join(root, 'kept');
  await mkdir(folder);
  for (const name of ['10.png', '9.png', 'notes.txt']) await writeFile(join(folder, name), name);
  const reading = contentReader({ timeoutSeconds: 60, signal: new AbortController().signal });
  const content = await reading({ clip: { id: 'kept', path: folder }, located: await locatePath(folder) });
  expect(content.sha256).toBe(await contentDigest(folder));
});

it('is stopped before and while it reads, and says so once', async () => {
  const stopped = expect.objectContaining({ code: 'aborted' });
  await expect(read(video, AbortSignal.abort())).rejects.toEqual(stopped);
  const interruption = new AbortController();
  const reading = read(video, interruption.signal);
  setImmediate(() => interruption.abort());
  await expect(reading).rejects.toEqual(stopped);
});

it.skipIf(process.platform === 'win32')('does not wait for the writer of a pipe', async () => {
  const pipe = join(root, 'pipe.mp4');
  execFileSync('mkfifo', [pipe]);
  await expect(read(pipe)).rejects.toMatchObject({ code: 'unreadable' });
});
