import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep } from '../support/cli.js';
import { type Mirror, startMirror } from '../support/mirror.js';
import { sharedFolder } from '../support/shared.js';
import { zipOf } from '../support/zip.js';

describe('clipstep dataset motion', () => {
  let parent: string;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'clipstep-dataset-'));
  });
  afterAll(() => rm(parent, { recursive: true }));

  it('writes a folder of clips for each class, and refuses to write there again', async () => {
    const out = join(parent, 'motion');
    const args = ['dataset', 'motion', '--out', out, '--per-class', '1', '--seed', '3'];
    const first = await clipstep(args);
    expect(first).toMatchObject({ code: 0, stdout: `8 clips of 8 classes are in ${out}\n` });
    expect(await readdir(out)).toHaveLength(8);
    const second = await clipstep(args);
    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toContain('already holds 8 entries, such as approach');
  });

  it.each([
    ['no folder', ['--per-class', '1'], /--out/],
    ['no clips', ['--out', 'nowhere', '--per-class', '0'], /--per-class.*whole number of at least 1/],
    ['a seed that is no number', ['--out', 'nowhere', '--seed', 'x'], /--seed.*whole number of at least 0/],
  ])('tells wrong use: %s', async (_, args, message) => {
    const { code, stderr } = await clipstep(['dataset', 'motion', ...args], { cwd: parent });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('clipstep dataset, of one that others publish', () => {
  const data = join(sharedFolder ?? '', 'datasets');
  const SOURCES: Record<string, () => Promise<Buffer>> = {
    'input.txt': () => readFile(join(data, 'text/shakespeare.txt')),
    'fra-eng.zip': () => readFile(join(data, 'text/eng-fra/fra-eng.zip')),
    'data.zip': async () => {
      const names = (await readdir(join(data, 'names'))).filter((name) => name.endsWith('.txt'));
      const contents = names.map(async (name) => ({
        name: `data/names/${name}`,
        content: await readFile(join(data, 'names', name)),
      }));
      return zipOf(await Promise.all(contents));
    },
    ...Object.fromEntries(
      ['train', 'valid', 'test'].map((part) => [
        `wap.${part}.txt`,
        async () => gunzipSync(await readFile(join(data, `text/warandpeace/wap.${part}.txt.gz`))),
      ]),
    ),
  };
  let mirror: Mirror;
  let out: string;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'clipstep-published-'));
    mirror = await startMirror((name, response) => {
      const source = SOURCES[name];
      if (source) void source().then((content) => response.end(content));
      else response.writeHead(404).end();
    });
  });
  afterAll(async () => {
    mirror.close();
    await rm(out, { recursive: true });
  });

  it.skipIf(!sharedFolder).each([
    ['names', /^18 files are in .*: Arabic\.txt, /],
    ['shakespeare', /^1 file is in .*: shakespeare\.txt$/m],
    ['war-and-peace', /^3 files are in .*: wap\.train\.txt, wap\.valid\.txt, wap\.test\.txt$/m],
    ['eng-fra', /^2 files are in .*: fra\.txt, _about\.txt$/m],
  ])('fetches %s, its licence said first', async (name, words) => {
    const folder = join(out, name);
    const { code, stdout, stderr } = await clipstep([
      ...['dataset', name, '--out', folder, '--mirror', mirror.address],
    ]);
    expect(stderr).toMatch(/^.*: .*\nLicence: .*\nFrom http:/);
    expect(stdout).toMatch(words);
    expect(code).toBe(0);
  });

  it('says what a server answers', async () => {
    const elsewhere = `${mirror.address}gone`;
    const { code, stderr } = await clipstep([
      ...['dataset', 'shakespeare', '--out', join(out, 'none'), '--mirror', elsewhere],
    ]);
    expect(stderr).toContain('gone/input.txt could not be fetched: it answered 404 Not Found');
    expect(code).not.toBe(0);
  });
});
