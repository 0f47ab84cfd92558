import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep } from '../../support/cli.js';
import { saveTinyTextBundle } from '../../support/tiny-texts.js';
import { rowsOf } from './fixture.js';

let root: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-batch-texts-'));
  model = join(root, 'model');
  await saveTinyTextBundle(model);
});
afterAll(() => rm(root, { recursive: true }));

async function batch(name: string, content: string | Uint8Array, args: readonly string[] = []) {
  const source = join(root, name);
  await writeFile(source, content);
  const out = `${source}.jsonl`;
  return { source, out, ...(await clipstep(['batch', source, '--model', model, '--out', out, ...args])) };
}

describe('clipstep batch on texts', () => {
  it('writes a row for each line of a file, an empty one among them', async () => {
    const { code, stdout, out, source } = await batch('names.txt', 'tami\n\nkurbroX\n');
    expect(code).toBe(3);
    expect(stdout).toContain('3 texts, 2 classified, 1 failed');
    const rows = await rowsOf(out);
    expect(rows.map(({ id, text }) => [id, text])).toEqual([
      ['names.txt:1', 'tami'],
      ['names.txt:2', ''],
      ['names.txt:3', 'kurbroX'],
    ]);
    expect(rows[0]).toMatchObject({ path: source, tokens: 4, top: [{}, {}] });
    expect(rows[1]).toMatchObject({ error: { code: 'empty' } });
    expect(rows[2]).toMatchObject({ tokens: 7, unknownTokens: 1 });
  });

  it('writes a row for each of a table, and scores it where the table has classes', async () => {
    const table = 'id,text,label\n1,tami,Aitani\n2,"kur, bro",Brakk\n';
    const { code, stdout, out } = await batch('table.csv', table);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Accuracy .* on 2 texts whose class is given/);
    expect((await rowsOf(out)).map(({ id, text, truth }) => [id, text, truth])).toEqual([
      ['table.csv:2', 'tami', 'Aitani'],
      ['table.csv:3', 'kur, bro', 'Brakk'],
    ]);
  });

  it('reads a table as a spreadsheet saves it', async () => {
    const table = Buffer.from(
      '\ufeffId;Text;Label\r\n1;tami;Aitani\r\n;;\r\n2;kur, bro;Brakk\r\n',
      'utf16le',
    );
    const { code, out } = await batch('saved.csv', table);
    expect(code).toBe(0);
    expect((await rowsOf(out)).map(({ text, truth }) => [text, truth])).toEqual([
      ['tami', 'Aitani'],
      ['kur, bro', 'Brakk'],
    ]);
  });

  it('goes on where it was, and reads again what has changed', async () => {
    await batch('more.txt', 'tami\nbro\n');
    const again = await batch('more.txt', 'tami\ntak\nlu\n');
    expect(again.stdout).toContain('3 texts, 3 classified, 1 kept from before');
    expect((await rowsOf(again.out)).map(({ text }) => text)).toEqual(['tami', 'tak', 'lu']);
  });

  it('writes tables and a page, too', async () => {
    const source = join(root, 'all.txt');
    const page = join(root, 'all.html');
    await writeFile(source, 'tami\n=kur\n');
    const { code, stdout } = await clipstep([
      ...['batch', source, '--model', model, '--out', '-', '--format', 'csv', '--report', page],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^id,path,text,.*\nall\.txt:1,.*,tami,.*\nall\.txt:2,.*,'=kur,/);
  });

  it('reads other encodings by their names, and names them where they were not said', async () => {
    const latin = Buffer.from(
      'La vie est très belle, après tout. Où êtes-vous né, à Orléans ou à Besançon ?\n',
      'latin1',
    );
    const refused = await batch('latin.txt', latin);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(
      /latin\.txt is not utf-8, in line 1: it looks like iso-8859-1\.\nSay so with --encoding iso-8859-1/,
    );
    const { code, out } = await batch('latin.txt', latin, ['--encoding', 'iso-8859-1']);
    expect(code).toBe(0);
    expect((await rowsOf(out))[0]!.text).toContain('très');
  });

  it.each([
    [
      'a table without texts',
      'none.csv',
      'name\nx\n',
      [],
      /none\.csv does not fit:\nline 1: the header name lacks text/,
    ],
    ['a file of nothing', 'empty.txt', '', [], /empty\.txt holds no texts/],
    ['a file of another kind', 'texts.pdf', 'x', [], /texts\.pdf is neither a file of lines nor a table/],
    [
      'an encoding that is none',
      'x.txt',
      'x',
      ['--encoding', 'utf-9'],
      /--encoding.*must be the name of an encoding/,
    ],
    ['windows', 'x.txt', 'x', ['--window', '2'], /reads texts, which have no windows/],
    ['features', 'x.txt', 'x', ['--embeddings', 'there'], /reads texts, for which there is no --embeddings/],
  ])('refuses %s', async (_, name, content, args, words) => {
    const { code, stderr } = await batch(name, content, args);
    expect(stderr).toMatch(words);
    expect(code).not.toBe(0);
  });
});
