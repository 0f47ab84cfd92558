import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, requireNewFolder } from '../../src/platform/new-folder.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-folder-'));
});
afterAll(() => rm(root, { recursive: true }));

const fillWith = (text: string) => (folder: string) => writeFile(join(folder, 'content'), text);
const fail = async (folder: string) => {
  await writeFile(join(folder, 'content'), 'half');
  throw new Error('the disk is full');
};

describe('a new folder', () => {
  it('is refused in time where something else is', async () => {
    const own = join(root, 'occupied');
    await mkdir(join(own, 'empty'), { recursive: true });
    await writeFile(join(own, 'file'), '');
    await expect(requireNewFolder(join(own, 'empty'))).resolves.toBeUndefined();
    await expect(requireNewFolder(join(own, 'absent'))).resolves.toBeUndefined();
    await expect(requireNewFolder(join(own, 'file'))).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('is not a folder'),
    });
    await expect(requireNewFolder(own)).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('already holds 2 entries'),
    });
  });

  it('takes its place when it is whole, also where an empty one is', async () => {
    const folder = join(root, 'deep', 'whole');
    await mkdir(folder, { recursive: true });
    await newFolder(folder, fillWith('whole'));
    expect(await readFile(join(folder, 'content'), 'utf8')).toBe('whole');
    expect(await readdir(join(root, 'deep'))).toEqual(['whole']);
  });

  it('leaves nothing when it cannot be filled', async () => {
    const own = join(root, 'failing');
    await mkdir(own);
    await expect(newFolder(join(own, 'folder'), fail)).rejects.toThrow('the disk is full');
    expect(await readdir(own)).toEqual([]);
  });

  it('never takes the place of what is there, and is kept where that is asked', async () => {
    const own = join(root, 'taken');
    await mkdir(join(own, 'folder'), { recursive: true });
    await writeFile(join(own, 'folder', 'content'), 'before');
    await expect(newFolder(join(own, 'folder'), fillWith('after'))).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTEMPTY|EEXIST|EPERM/),
    });
    expect(await readdir(own)).toEqual(['folder']);
    let kept = '';
    const unplaced = (temporary: string) => {
      kept = temporary;
      return new Error('it is beside its place');
    };
    await expect(newFolder(join(own, 'folder'), fillWith('after'), { unplaced })).rejects.toThrow(
      'it is beside its place',
    );
    expect(await readFile(join(kept, 'content'), 'utf8')).toBe('after');
    expect(await readFile(join(own, 'folder', 'content'), 'utf8')).toBe('before');
  });

  it('is begun anew where a killed run left the half of it', async () => {
    const temporary = join(root, 'again.unfinished');
    await mkdir(temporary);
    await writeFile(join(temporary, 'old'), 'half');
    await newFolder(join(root, 'again'), fillWith('whole'), { temporary });
    expect(await readdir(join(root, 'again'))).toEqual(['content']);
  });
});
