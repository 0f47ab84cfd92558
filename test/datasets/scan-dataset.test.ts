import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanDataset } from '../../src/datasets/scan-dataset.js';
import { sharedFolder } from '../support/shared.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-scan-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Scanning opens no clip, so that these are only names. */
async function lay(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
}

async function writeManifest(...lines: string[]): Promise<string> {
  const path = join(folder, 'clips.csv');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

const idsOf = async (path = folder) => (await scanDataset(path)).examples.map((example) => example.id);

const badDataset = (problem: RegExp) =>
  expect.objectContaining({ code: 'bad_dataset', problem: expect.stringMatching(problem) });

describe('scanDataset on class folders', () => {
  it('lists classes and clips in natural order, with absolute paths', async () => {
    await lay('jump/clip10.mp4', 'jump/clip2.webm', 'class10/a.mkv', 'class9/a.avi');
    const dataset = await scanDataset(folder);
    expect(dataset.labels).toEqual(['class9', 'class10', 'jump']);
    expect(dataset.examples.map(({ id, label }) => [id, label])).toEqual([
      ['class9/a.avi', 0],
      ['class10/a.mkv', 1],
      ['jump/clip2.webm', 2],
      ['jump/clip10.mp4', 2],
    ]);
    expect(dataset.examples[0]!.path).toBe(join(folder, 'class9', 'a.avi'));
    expect(dataset.skipped).toEqual([]);
  });

  it('makes each clip its own group, and gives none a split', async () => {
    await lay('a/1.mp4', 'b/1.mp4');
    const { examples } = await scanDataset(folder);
    expect(new Set(examples.map((example) => example.group)).size).toBe(2);
    expect(examples.every((example) => example.split === undefined)).toBe(true);
  });

  it('takes folders of frames and single images as clips', async () => {
    await lay('a/walk/0001.png', 'a/walk/0002.png', 'b/still.jpg');
    expect(await idsOf()).toEqual(['a/walk', 'b/still.jpg']);
  });

  it('takes a file of unknown ending as a clip, whose reader will tell', async () => {
    await lay('a/camera.dav', 'b/noending');
    expect(await idsOf()).toEqual(['a/camera.dav', 'b/noending']);
  });

  it('reports what is no clip, and passes over names that begin with a dot', async () => {
    await lay(
      'a/1.mp4',
      'a/notes.txt',
      'b/1.mp4',
      'b/nested/deeper/1.mp4',
      'README.md',
      '.cache/1.mp4',
      'a/.DS_Store',
    );
    await symlink('nowhere', join(folder, 'a', 'gone.mp4'));
    const { examples, skipped } = await scanDataset(folder);
    expect(examples.map((example) => example.id)).toEqual(['a/1.mp4', 'b/1.mp4']);
    expect(skipped.map(({ path }) => path.slice(folder.length + 1)).sort()).toEqual([
      'README.md',
      'a/gone.mp4',
      'a/notes.txt',
      'b/nested',
    ]);
    expect(skipped.find(({ path }) => path.endsWith('nested'))?.problem).toMatch(/holds no images/);
  });

  it('reads train, val and test folders as a split', async () => {
    await lay('train/a/1.mp4', 'train/b/1.mp4', 'val/a/1.mp4', 'test/b/1.mp4');
    const { labels, examples } = await scanDataset(folder);
    expect(labels).toEqual(['a', 'b']);
    expect(examples.map(({ id, split }) => [id, split])).toEqual([
      ['test/b/1.mp4', 'test'],
      ['train/a/1.mp4', 'train'],
      ['train/b/1.mp4', 'train'],
      ['val/a/1.mp4', 'validation'],
    ]);
  });

  it('takes train as a class where other classes lie beside it', async () => {
    await lay('train/1.mp4', 'bus/1.mp4');
    expect((await scanDataset(folder)).labels).toEqual(['bus', 'train']);
  });

  it('refuses a split whose train lacks a class', async () => {
    await lay('train/a/1.mp4', 'train/b/1.mp4', 'test/c/1.mp4');
    await expect(scanDataset(folder)).rejects.toEqual(badDataset(/no clips to train on for c/));
  });

  it('refuses one class, a class without clips, and no clips at all', async () => {
    await expect(scanDataset(folder)).rejects.toEqual(badDataset(/holds no clips/));
    await lay('a/1.mp4');
    await expect(scanDataset(folder)).rejects.toEqual(badDataset(/one class only, a/));
    await lay('b/notes.txt');
    await expect(scanDataset(folder)).rejects.toEqual(badDataset(/a class without clips: b/));
  });

  it('says that a dataset is not there', async () => {
    await expect(scanDataset(join(folder, 'absent'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('scanDataset on a manifest', () => {
  it('reads groups, splits and parts of clips, paths being relative to the manifest', async () => {
    await lay('x/one.mp4', 'x/two.mp4');
    const path = await writeManifest(
      'path,label,group,split,start,end',
      'x/one.mp4,run,film,train,0.5,2',
      'x/one.mp4,rest,film,train,2,',
      'x/two.mp4,run,,val,,',
    );
    const expected = {
      labels: ['rest', 'run'],
      examples: [
        {
          id: 'x/one.mp4#0.5-2',
          path: join(folder, 'x/one.mp4'),
          label: 1,
          group: 'film',
          split: 'train',
          startSeconds: 0.5,
          endSeconds: 2,
        },
        {
          id: 'x/one.mp4#2-',
          path: join(folder, 'x/one.mp4'),
          label: 0,
          group: 'film',
          split: 'train',
          startSeconds: 2,
        },
        {
          id: 'x/two.mp4',
          path: join(folder, 'x/two.mp4'),
          label: 1,
          group: 'x/two.mp4',
          split: 'validation',
        },
      ],
      skipped: [],
    };
    expect(await scanDataset(path)).toEqual(expected);
    expect(await scanDataset(folder)).toEqual(expected);
  });

  it('bears a byte order mark, quotes, carriage returns, blank lines and columns in any order', async () => {
    await lay('a, b.mp4', 'c.mp4');
    await writeFile(join(folder, 'manifest.csv'), '\uFEFFlabel,path\r\none,"a, b.mp4"\r\n\r\ntwo,c.mp4\r\n');
    expect(await idsOf()).toEqual(['a, b.mp4', 'c.mp4']);
  });

  it('leaves out clips that are not there, and says which line named them', async () => {
    await lay('a.mp4', 'b.mp4');
    await writeManifest('path,label', 'a.mp4,one', 'gone.mp4,one', 'b.mp4,two');
    const { examples, skipped } = await scanDataset(folder);
    expect(examples.length).toBe(2);
    expect(skipped).toEqual([
      { path: join(folder, 'gone.mp4'), problem: expect.stringMatching(/^Line 3 .* not there/) },
    ]);
  });

  it('refuses a class whose clips are all missing', async () => {
    await lay('a.mp4');
    await writeManifest('path,label', 'a.mp4,one', 'gone.mp4,two');
    await expect(scanDataset(folder)).rejects.toEqual(
      badDataset(/a class without clips: two[\s\S]*gone\.mp4/),
    );
  });

  it('names the line and the column of every cell that does not fit', async () => {
    await lay('a.mp4');
    await writeManifest(
      'path,label,split,start,end',
      ',one,train,,',
      'a.mp4,one,holdout,,',
      'a.mp4,one,train,5,5',
      'a.mp4,one,train,-1,2',
    );
    await expect(scanDataset(folder)).rejects.toEqual(
      badDataset(
        /line 2:\n {2}path: [\s\S]*line 3:\n {2}split: .*holdout[\s\S]*line 4:\n {2}end: [\s\S]*line 5:\n {2}start: /,
      ),
    );
  });

  it.each([
    ['a header that lacks a column', ['path,class', 'a.mp4,one'], /lacks label/],
    ['a column that it does not know', ['path,label,grop', 'a.mp4,one,x'], /unknown or repeated: grop/],
    ['a row that is too long', ['path,label', 'a.mp4,one,x'], /line 2/],
    ['a quote that is not closed', ['path,label', '"a.mp4,one'], /[Qq]uote/],
    ['the same clip twice', ['path,label', 'a.mp4,one', 'a.mp4,two'], /lines 2 and 3 name the same clip/],
    [
      'a split for some',
      ['path,label,split', 'a.mp4,one,train', 'b.mp4,two,'],
      /line 2 gives a split, but line 3/,
    ],
    [
      'a group on two sides of a split',
      ['path,label,group,split', 'a.mp4,one,film,train', 'b.mp4,two,film,train', 'c.mp4,two,film,test'],
      /group film is in train as well as in test/,
    ],
  ])('refuses %s', async (_, lines, problem) => {
    await lay('a.mp4', 'b.mp4', 'c.mp4');
    await writeManifest(...lines);
    await expect(scanDataset(folder)).rejects.toEqual(badDataset(problem));
  });
});

describe.skipIf(!sharedFolder)('scanDataset on the surveillance clips', () => {
  it('finds all 241 and their films', async () => {
    const { labels, examples, skipped } = await scanDataset(`${sharedFolder}/datasets/surveillance-fight`);
    expect(labels).toEqual(['fight', 'noFight']);
    expect(examples.length).toBe(241);
    expect(new Set(examples.map((example) => example.group)).size).toBe(50);
    expect(skipped).toEqual([]);
  });
});
