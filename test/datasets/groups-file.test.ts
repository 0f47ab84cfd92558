import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GROUPS_FILE, readGroups, writeGroups } from '../../src/datasets/groups-file.js';
import { scanDataset } from '../../src/datasets/scan-dataset.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-groups-'));
  for (const path of ['fall/a.mp4', 'fall/b.mp4', 'jump/c.mp4', 'jump/d.mp4']) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
});
afterEach(() => rm(folder, { recursive: true }));

const groups = async () => {
  const { examples, skipped } = await scanDataset(folder);
  return { groups: Object.fromEntries(examples.map(({ id, group }) => [id, group])), skipped };
};

it('groups.csv says which clips in class folders belong together; others stay alone', async () => {
  await writeFile(join(folder, GROUPS_FILE), 'path,group\n./fall/a.mp4,garden\njump/c.mp4,garden\n');
  expect(await groups()).toEqual({
    groups: {
      'fall/a.mp4': 'garden',
      'fall/b.mp4': 'fall/b.mp4',
      'jump/c.mp4': 'garden',
      'jump/d.mp4': 'jump/d.mp4',
    },
    skipped: [],
  });
});

it('may name clips that are gone', async () => {
  await writeFile(join(folder, GROUPS_FILE), 'path,group\nfall/gone.mp4,garden\n');
  expect((await groups()).groups['fall/a.mp4']).toBe('fall/a.mp4');
});

it('is refused with its lines where it does not fit', async () => {
  await writeFile(join(folder, GROUPS_FILE), 'path,label\nfall/a.mp4,fall\n');
  await expect(groups()).rejects.toMatchObject({ code: 'bad_dataset' });
});

it('reads what it wrote, whatever the names', async () => {
  const written = new Map([
    ['fall/a, "b".mp4', 'one\ntwo'],
    ['jump/ü.mp4', '3'],
  ]);
  await writeGroups(folder, written);
  expect(await readGroups(folder)).toEqual(written);
  expect(await readFile(join(folder, GROUPS_FILE), 'utf8')).toMatch(/^path,group\n/);
});
