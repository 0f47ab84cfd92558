import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Skipped } from '../../../src/datasets/dataset.js';
import type { BatchClip } from '../../../src/predict/batch/batch-clip.js';
import { type FindOptions, findClips as walkClips } from '../../../src/predict/batch/find-clips.js';
import { animatedPng } from '../../support/apng.js';

const options = {
  labels: new Set(['up', 'down']),
  images: 'frames' as const,
  followLinks: false,
  isWanted: () => true,
  signal: new AbortController().signal,
};

/** All that is found, and what is skipped. */
async function findClips(folder: string, changes: Partial<FindOptions>) {
  const clips: BatchClip[] = [];
  const skipped: Skipped[] = [];
  const onSkipped = (each: Skipped) => void skipped.push(each);
  for await (const clip of walkClips(folder, { ...options, scratch: root, onSkipped, ...changes }))
    clips.push(clip);
  return { clips, skipped };
}

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-find-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Writes files, and folders of them, below a new folder. */
async function folderOf(name: string, paths: readonly string[]): Promise<string> {
  const folder = join(root, name);
  for (const path of paths) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), 'x');
  }
  return folder;
}

const idsOf = ({ clips }: Awaited<ReturnType<typeof findClips>>) => clips.map(({ id }) => id);

describe('findClips', () => {
  it('lists videos and frame folders in natural order, with the class of the nearest folder named so', async () => {
    const folder = await folderOf('classes', [
      ...['up/10.mp4', 'up/9.MKV', 'up/.hidden.mp4', 'up/notes.txt'],
      ...['train/down/seq/f1.png', 'train/down/seq/f2.png', 'down/up/x.webm', 'other/y.gif'],
    ]);
    const { clips, skipped } = await findClips(folder, options);
    expect(clips).toEqual([
      { id: 'down/up/x.webm', path: join(folder, 'down/up/x.webm'), truth: 'up' },
      { id: 'other/y.gif', path: join(folder, 'other/y.gif') },
      { id: 'train/down/seq', path: join(folder, 'train/down/seq'), truth: 'down' },
      { id: 'up/9.MKV', path: join(folder, 'up/9.MKV'), truth: 'up' },
      { id: 'up/10.mp4', path: join(folder, 'up/10.mp4'), truth: 'up' },
    ]);
    expect(skipped).toEqual([]);
  });

  it('takes the folder itself for a sequence when its images lie in it, and looks below it too', async () => {
    const folder = await folderOf('sequence', ['1.png', '2.png', 'more/3.mp4']);
    expect(idsOf(await findClips(folder, options))).toEqual(['sequence', 'more/3.mp4']);
  });

  it('takes every image for a clip where that is what the model reads', async () => {
    const folder = await folderOf('pictures', ['1.png', '2.png']);
    expect(idsOf(await findClips(folder, { ...options, images: 'clips' }))).toEqual(['1.png', '2.png']);
  });

  it('says that images beside videos are no sequence', async () => {
    const folder = await folderOf('mixed', ['a.mp4', 'poster.jpg']);
    const { clips, skipped } = await findClips(folder, options);
    expect(clips).toHaveLength(1);
    expect(skipped).toEqual([
      { path: folder, problem: expect.stringContaining('its 1 image cannot be a sequence') },
    ]);
  });

  it('takes an image beside videos for a clip where it is a film by itself, and names the others', async () => {
    const folder = await folderOf('films', ['b.mp4', 'c.png', 'd.jpg', 'e.jpg', 'f.jpg']);
    const picture = { grey: 9, milliseconds: 9 };
    await writeFile(join(folder, 'a.png'), animatedPng([picture, picture]));
    const { clips, skipped } = await findClips(folder, options);
    expect(clips.map(({ id }) => id)).toEqual(['a.png', 'b.mp4']);
    expect(skipped).toEqual([
      {
        path: folder,
        problem:
          'Videos lie in the same folder, so its 4 images cannot be a sequence: c.png, d.jpg, e.jpg, 1 more.',
      },
    ]);
  });

  it('names pictures of formats that are not read', async () => {
    const folder = await folderOf('unread', ['a.mp4', 'icon.ico', 'x/1.bmp', 'x/2.BMP', 'x/.3.bmp']);
    const { clips, skipped } = await findClips(folder, options);
    expect(clips.map(({ id }) => id)).toEqual(['a.mp4']);
    expect(skipped).toEqual([
      { path: folder, problem: expect.stringContaining('1 .ico picture (icon.ico) in a format') },
      { path: join(folder, 'x'), problem: expect.stringContaining('2 .bmp pictures, such as 1.bmp, in a') },
    ]);
  });

  it('tries a file whose name says nothing when it begins like a video', async () => {
    const folder = await folderOf('nameless', ['readme']);
    await copyFile('datasets/motion/samples/open/open-0001.mp4', join(folder, 'clip'));
    expect(idsOf(await findClips(folder, options))).toEqual(['clip']);
  });

  it.skipIf(process.platform === 'win32')(
    'follows links within the folder, and no others unless asked',
    async () => {
      const outside = await folderOf('outside', ['far.mp4', 'up/far2.mp4']);
      const folder = await folderOf('links', ['up/a.mp4', 'pool/b.mp4']);
      await symlink('../pool/b.mp4', join(folder, 'up', 'b.mp4'));
      await symlink(join(outside, 'far.mp4'), join(folder, 'far.mp4'));
      await symlink(outside, join(folder, 'away'));
      const inside = await findClips(folder, options);
      expect(idsOf(inside)).toEqual(['pool/b.mp4', 'up/a.mp4', 'up/b.mp4']);
      expect(inside.skipped.map(({ path }) => path)).toEqual([join(folder, 'away'), join(folder, 'far.mp4')]);
      expect(inside.skipped[0]!.problem).toContain('--follow-links');
      const everything = await findClips(folder, { ...options, followLinks: true });
      expect(idsOf(everything)).toEqual([
        ...['away/far.mp4', 'away/up/far2.mp4', 'far.mp4', 'pool/b.mp4', 'up/a.mp4', 'up/b.mp4'],
      ]);
    },
  );

  it.skipIf(process.platform === 'win32')('ends where links lead in circles', async () => {
    const folder = await folderOf('circles', ['a/one.mp4', 'b/two.mp4']);
    await symlink('..', join(folder, 'a', 'parent'));
    await symlink('.', join(folder, 'a', 'self'));
    await symlink('loop.mp4', join(folder, 'loop.mp4'));
    await symlink('../b', join(folder, 'a', 'to-b'));
    await symlink('../a', join(folder, 'b', 'to-a'));
    const { clips, skipped } = await findClips(folder, options);
    expect(clips.map(({ id }) => id)).toEqual([
      'a/one.mp4',
      'a/to-b/to-a/one.mp4',
      'a/to-b/two.mp4',
      'b/two.mp4',
    ]);
    expect(skipped.map(({ problem }) => problem)).toEqual(
      expect.arrayContaining([expect.stringContaining('leads back to itself')]),
    );
  });

  it.skipIf(process.platform === 'win32')(
    'reports pipes, sockets and devices, and does not open them',
    async () => {
      const folder = await folderOf('special', ['a.mp4']);
      execFileSync('mkfifo', [join(folder, 'pipe.mp4'), join(folder, 'pipe')]);
      await symlink('/dev/zero', join(folder, 'zero.mp4'));
      const server = createServer().listen(join(folder, 'socket.mp4'));
      const { clips, skipped } = await findClips(folder, { ...options, followLinks: true });
      server.close();
      expect(clips.map(({ id }) => id)).toEqual(['a.mp4']);
      expect(skipped.map(({ path }) => path.slice(folder.length + 1)).sort()).toEqual([
        ...['pipe', 'pipe.mp4', 'socket.mp4', 'zero.mp4'],
      ]);
    },
  );

  it('keeps what cannot be read as a clip with a problem', async () => {
    const folder = await folderOf('unreadable', ['a.mp4', 'closed/b.mp4']);
    await symlink('gone.mp4', join(folder, 'dangling.mp4'));
    // Root may read everything.
    const mayReadAll = process.getuid?.() === 0;
    if (!mayReadAll) await chmod(join(folder, 'closed'), 0);
    const { clips } = await findClips(folder, options);
    await chmod(join(folder, 'closed'), 0o755);
    expect(clips.map(({ id }) => id)).toEqual([
      'a.mp4',
      mayReadAll ? 'closed/b.mp4' : 'closed',
      'dangling.mp4',
    ]);
    expect(clips.at(-1)!.problem).toMatchObject({ code: 'unreadable' });
  });
});
