import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanTexts } from '../../../src/datasets/texts/scan-texts.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-texts-'));
});
afterEach(() => rm(root, { recursive: true }));

const write = (files: Record<string, string | Uint8Array>) =>
  Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(root, name), content)));
const scan = (name = '.', encoding = 'utf-8') => scanTexts(join(root, name), { encoding });
const told = async (name = '.', encoding = 'utf-8') => {
  const { labels, examples } = await scan(name, encoding);
  return examples.map(({ text, label, group, split }) => [text, labels[label], group, split]);
};

describe('a folder of files of lines', () => {
  it('has a class a file and an example a line, white space at its ends left out', async () => {
    await write({ 'Greek.txt': 'Adamidis \r\nAdamou\r\n', 'Czech.txt': 'Abl\nŠ' });
    expect(await told()).toEqual([
      ['Abl', 'Czech', 'Abl', undefined],
      ['Š', 'Czech', 'Š', undefined],
      ['Adamidis', 'Greek', 'Adamidis', undefined],
      ['Adamou', 'Greek', 'Adamou', undefined],
    ]);
  });

  it('says where each stands, and tells all apart', async () => {
    await write({ 'a.txt': `${'long '.repeat(40)}\nx\n`, 'b.txt': 'x\n' });
    const ids = (await scan()).examples.map(({ id }) => id);
    expect(ids).toEqual([`a.txt:1 ${'long '.repeat(12)}`, 'a.txt:2 x', 'b.txt:1 x']);
  });

  it('counts what a class has twice once, and says so', async () => {
    await write({ 'a.txt': 'x\ny\nx \n', 'b.txt': 'x\n' });
    const { examples, skipped } = await scan();
    expect(examples.map(({ text }) => text)).toEqual(['x', 'y', 'x']);
    expect(skipped.map(({ problem }) => problem)).toEqual([expect.stringContaining('1 of its texts repeat')]);
  });

  it('leaves other files out, and says which', async () => {
    await write({ 'a.txt': 'x\n', 'b.txt': 'y\n', 'notes.pdf': '' });
    await mkdir(join(root, 'more'));
    expect((await scan()).skipped.map(({ path }) => path)).toEqual([
      join(root, 'more'),
      join(root, 'notes.pdf'),
    ]);
  });

  it('is refused with an empty line in it, which is named', async () => {
    await write({ 'a.txt': 'x\n \ny\n', 'b.txt': 'y\n' });
    await expect(scan()).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringMatching(/a\.txt has an empty line, 2/),
    });
  });

  it('is refused with one class, or none', async () => {
    await expect(scan()).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining('holds no texts'),
    });
    await write({ 'a.txt': 'x\n' });
    await expect(scan()).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining('one class only, a'),
    });
  });

  it('is refused with an empty class', async () => {
    await write({ 'a.txt': 'x\n', 'b.txt': '' });
    await expect(scan()).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining('without texts: b'),
    });
  });
});

describe('a table', () => {
  it('has the columns text and label', async () => {
    await write({ 't.csv': 'label,text\nwho,"Who, me?"\nwhat,"a ""b"""\n' });
    expect(await told('t.csv')).toEqual([
      ['Who, me?', 'who', 'Who, me?', undefined],
      ['a "b"', 'what', 'a "b"', undefined],
    ]);
  });

  const SAVED = [
    ['Who, me?', 'who'],
    ['a "b"', 'what'],
  ];
  it.each<[string, string | Buffer]>([
    ['semicolons, a mark and lines of Windows', '\ufeffText;Label\r\nWho, me?;who\r\n"a ""b""";what\r\n'],
    ['tabs', 'text\tlabel\nWho, me?\twho\n"a ""b"""\twhat\n'],
    ['empty cells at the ends, and blank rows', 'text,label,,\n"Who, me?",who,,\n,,,\n\n"a ""b""",what,,\n'],
    ['UTF-16', Buffer.from('\ufefftext;label\r\nWho, me?;who\r\n"a ""b""";what\r\n', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('text;label\nWho, me?;who\n"a ""b""";what\n', 'utf16le')],
    ['a line that says what separates', 'sep=;\r\ntext;label\r\nWho, me?;who\r\n"a ""b""";what\r\n'],
  ])('is read as spreadsheets save it, with %s', async (_, content) => {
    await write({ 't.csv': content });
    expect((await told('t.csv')).map(([text, label]) => [text, label])).toEqual(SAVED);
  });

  it('has tabs and no quotes where its name says so', async () => {
    await write({ 't.tsv': 'text\tlabel\n"Who"\ta\nsaid "no\tb\n' });
    expect((await told('t.tsv')).map(([text]) => text)).toEqual(['"Who"', 'said "no']);
  });

  it('gives groups and parts', async () => {
    await write({ 't.csv': 'text,label,group,split\nx,a,g,train\ny,b,,train\ny,b,,test\n' });
    expect(await told('t.csv')).toEqual([
      ['x', 'a', 'g', 'train'],
      ['y', 'b', 'train: y', 'train'],
      ['y', 'b', 'test: y', 'test'],
    ]);
  });

  it.each<[string, string | Buffer, string]>([
    ['lacks a column', 'text,class\nx,a\n', 'lacks label'],
    ['has one that means nothing', 'text,label,speaker\nx,a,b\n', 'unknown or repeated: speaker'],
    [
      'has a text with a comma',
      'text,label\nx,a\nwell, y,b\n',
      'line 3:\n  it has 3 cells, but the header names 2',
    ],
    ['is empty', '', 'it is empty'],
    ['is a workbook', Buffer.from('504b030414000600', 'hex'), 'is a workbook'],
    ['has an empty text', 'text,label\nx,a\n ,b\n', 'line 3:\n  text: must not be empty'],
    ['has a part that is none', 'text,label,split\nx,a,dev\n', 'must be train, validation or test, not dev'],
    ['gives parts to some', 'text,label,split\nx,a,train\ny,b,\n', 'for some lines and not for all'],
    ['is torn', 'text,label\n"x,a\n', 'Quote Not Closed'],
  ])('is refused where it %s', async (_, content, problem) => {
    await write({ 't.csv': content });
    await expect(scan('t.csv')).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining(problem),
    });
  });
});

describe('encodings', () => {
  const latin = Uint8Array.of(0x78, 0x0a, 0xe9, 0x74, 0xe9, 0x0a);

  it('are what is said', async () => {
    await write({ 'a.txt': latin, 'b.txt': 'z\n' });
    expect((await told('.', 'windows-1252')).map(([text]) => text)).toEqual(['x', 'été', 'z']);
  });

  it('are named with the line where a file is in another one, and what it may be', async () => {
    await write({ 'a.txt': latin, 'b.txt': 'z\n' });
    await expect(scan()).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringMatching(/a\.txt is not utf-8, in line 2: it looks like windows-1252/),
      fix: expect.stringContaining('--encoding windows-1252'),
    });
  });

  it('are told by the mark of UTF-16', async () => {
    await write({ 'a.txt': Buffer.from('\ufeffêx\n', 'utf16le'), 'b.txt': 'z\n' });
    expect((await told()).map(([text]) => text)).toEqual(['êx', 'z']);
  });

  it.each([
    ['windows-1251', 'cff0e8e2e5f22c20eae0ea20e4e5ebe03f20cdeef0ece0ebfcedee', 'Привет, как дела? Нормально'],
    [
      'shift_jis',
      '82b182f182c982bf82cd814190a28a4581428da193fa82cd82c682c482e097c782a293568b4382c582b782cb81428e5595e082c98d7382ab82dc82b582e582a48142',
      'こんにちは、世界。今日はとても良い天気ですね。散歩に行きましょう。',
    ],
  ])('are told from each other: %s', async (encoding, hex, text) => {
    await write({ 'a.txt': Buffer.from(hex, 'hex'), 'b.txt': 'z\n' });
    await expect(scan()).rejects.toMatchObject({ fix: expect.stringContaining(`--encoding ${encoding}`) });
    expect((await told('.', encoding)).map(([found]) => found)).toEqual([text, 'z']);
  });

  it('leave the mark out that some files begin with', async () => {
    await write({ 'a.txt': '\ufeffx\n', 'b.txt': 'y\n' });
    expect((await told()).map(([text]) => text)).toEqual(['x', 'y']);
  });
});
