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

  it('passes over the subtitles that a batch wrote beside clips, and no others', async () => {
    await lay('a/1.mp4', 'a/1.clipstep.vtt', 'a/1.vtt', 'b/1.mp4', 'b/1.clipstep.srt');
    const { examples, skipped } = await scanDataset(folder);
    expect(examples.map((example) => example.id)).toEqual(['a/1.mp4', 'b/1.mp4']);
    expect(skipped.map(({ path }) => path)).toEqual([join(folder, 'a', '1.vtt')]);
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

  it('takes what has too few classes to train on where it is to be scored', async () => {
    await lay('a/1.mp4', 'b/notes.txt');
    expect((await scanDataset(folder, 'scoring')).examples.map(({ id }) => id)).toEqual(['a/1.mp4']);
  });

  it('takes a split without train where it is to be scored', async () => {
    await lay('train/a/1.mp4', 'test/c/1.mp4');
    expect((await scanDataset(folder, 'scoring')).labels).toEqual(['a', 'c']);
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

describe('scanDataset on a manifest as people have it', () => {
  const expected = ['jump/1.mp4', 'jump/2.mp4', 'fall/1.mp4'];
  const rows = [
    ['path', 'label', 'start'],
    ['jump/1.mp4', 'jump', ''],
    ['jump/2.mp4', 'jump', ''],
    ['fall/1.mp4', 'fall', ''],
  ];
  const written = (separator: string, end = '\n') => rows.map((row) => row.join(separator) + end).join('');

  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  it.each<[string, string | Buffer]>([
    ['semicolons', written(';', '\r\n')],
    ['tabs', written('\t')],
    ['carriage returns alone', written(',', '\r')],
    ['a line that says what separates cells', `sep=;\r\n${written(';', '\r\n')}`],
    ['UTF-16 and a mark', utf16(`\uFEFF${written('\t', '\r\n')}`)],
    ['UTF-16 and no mark', utf16(written('\t', '\r\n'))],
    ['UTF-16 from its high bytes', utf16(`\uFEFF${written(',')}`).swap16()],
    ['capitals in its header', written(',').replace('path,label', ' Path,LABEL')],
    ['columns and cells without a name', written(',').replaceAll('\n', ',,\n')],
    ['blank rows', written(',').replaceAll('\n', '\n,,\n   \n')],
    ['backslashes', written(',').replaceAll('/', '\\')],
    ['dots before its paths', written(',').replaceAll('jump/', './jump/').replace('fall/', '.\\fall\\')],
  ])('reads one with %s', async (_, content) => {
    await lay(...expected);
    await writeFile(join(folder, 'clips.csv'), content);
    const { examples, skipped } = await scanDataset(folder);
    expect(examples.map(({ id }) => id)).toEqual(expected);
    expect(examples.map(({ group }) => group)).toEqual(expected);
    expect(skipped).toEqual([]);
  });

  it('reads times in seconds, minutes and hours', async () => {
    await lay('a.mp4', 'b.mp4');
    await writeManifest('path,label,start,end', 'a.mp4,one,1:30,0:01:32.5', 'b.mp4,two,59.5,01:00');
    const { examples } = await scanDataset(folder);
    expect(examples.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual([
      [90, 92.5],
      [59.5, 60],
    ]);
  });

  it('takes a name with a backslash for what it is where there is such a file', async () => {
    if (process.platform === 'win32') return;
    await writeFile(join(folder, 'a\\b.mp4'), '');
    await lay('a/b.mp4', 'c.mp4');
    await writeManifest('path,label', 'a\\b.mp4,one', 'c.mp4,two');
    expect(await idsOf()).toEqual(['a\\b.mp4', 'c.mp4']);
  });

  it.each<[string, string | Buffer, RegExp]>([
    [
      'a code page',
      Buffer.from('path,label\nstra\xdfe.mp4,one\n', 'latin1'),
      /not UTF-8: line 2 .*windows-1252/,
    ],
    [
      'decimal commas',
      'path;label;start\na.mp4;one;1,5\n',
      /line 2:\n {2}start: has a decimal comma, 1,5.*1\.5/,
    ],
    [
      'decimal commas between commas',
      'path,label,start\na.mp4,one,1,5\n',
      /4 cells, but the header names 3: .*decimals with a point/,
    ],
    ['a workbook', Buffer.from('504b030414000600', 'hex'), /workbook.*CSV UTF-8/],
    ['a time of frames', 'path,label,start\na.mp4,one,00:00:01:12\n', /hh:mm:ss, not 00:00:01:12/],
    ['a column nearly of ours', 'path,label,goup\na.mp4,one,x\n', /goup \(did you mean group\?\)/],
    ['nothing in it', '', /it is empty/],
  ])('refuses one with %s', async (_, content, problem) => {
    await lay('a.mp4');
    await writeFile(join(folder, 'clips.csv'), content);
    await expect(scanDataset(folder)).rejects.toEqual(badDataset(problem));
  });

  it('says what was given in its place', async () => {
    await lay('my.yaml', 'clip.mp4');
    await expect(scanDataset(join(folder, 'my.yaml'))).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('is a pipeline'),
    });
    await expect(scanDataset(join(folder, 'clip.mp4'))).rejects.toMatchObject({
      problem: expect.stringContaining('is a single clip'),
    });
  });
});

describe('scanDataset on folders that systems leave', () => {
  it('passes over them and says so once', async () => {
    await lay('open/a.mp4', 'open/@eaDir/a.mp4/THUMB.jpg', 'close/b.mp4', '@eaDir/open/THUMB.jpg');
    await lay('__MACOSX/x.mp4', '$RECYCLE.BIN/y.mp4', 'lost+found/z.mp4');
    const { labels, examples, skipped } = await scanDataset(folder);
    expect(labels).toEqual(['close', 'open']);
    expect(examples.map(({ id }) => id)).toEqual(['close/b.mp4', 'open/a.mp4']);
    expect(skipped).toEqual([
      {
        path: expect.any(String),
        problem: expect.stringMatching(/^It and 4 more are folders that systems made/),
      },
    ]);
  });

  it.skipIf(process.platform === 'win32' || process.platform === 'darwin')(
    'names clips whose names are not UTF-8',
    async () => {
      await lay('open/a.mp4', 'close/b.mp4');
      await writeFile(
        Buffer.concat([Buffer.from(`${folder}/open/caf`), Buffer.of(0xe9), Buffer.from('.mp4')]),
        '',
      );
      const { examples, skipped } = await scanDataset(folder);
      expect(examples.length).toBe(2);
      expect(skipped).toEqual([
        {
          path: join(folder, 'open', 'caf\\xe9.mp4'),
          problem: expect.stringMatching(/not UTF-8.*Rename it/),
        },
      ]);
    },
  );
});

describe.skipIf(!sharedFolder)('scanDataset on tables as spreadsheets save them', () => {
  it.each(['semicolon', 'backslash', 'utf16'])('finds the rows of %s.csv', async (name) => {
    const scan = scanDataset(`${sharedFolder}/reproducers/tables/${name}.csv`);
    // Of its clips, those of one class are not there.
    await expect(scan).rejects.toEqual(badDataset(/a class without clips: fall/));
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
