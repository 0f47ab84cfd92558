import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { glob } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { projectFolder } from './support/cli.js';

const files = await glob(['{src,test,examples,scripts}/**/*.{ts,mjs}', '*.{ts,mjs}'], { cwd: projectFolder });
const read = (path: string) => readFile(`${projectFolder}/${path}`, 'utf8');

/** Folders, with a slash, and single files. */
const rooms = new Set(files.flatMap((path) => /^src\/([^/]+\/?)/.exec(path)?.[1] ?? []));

/** Names of our files: kebab-case, where those of other projects that comments speak of are not. */
const FILE_NAME = /(?<![\w./*-])(?:\.{1,2}\/)*((?:[a-z0-9-]+\/)*[a-z0-9][a-z0-9.-]*\.(?:ts|mjs))(?!\w)/g;

/** Those that a text names and that no file's path ends in. */
function missingFiles(text: string): string[] {
  const named = [...text.matchAll(FILE_NAME)].map(([, name]) => name!);
  return named.filter((name) => !files.some((path) => `/${path}`.endsWith(`/${name}`)));
}

describe('ARCHITECTURE.md', async () => {
  const text = await read('ARCHITECTURE.md');
  const tree = /^ {4}src\/\n((?: {6}.*\n)+)/m.exec(text)![1]!;
  const entries = new Map(
    [...tree.matchAll(/^ {6}(\S+)(.*\n(?: {7}.*\n)*)/gm)].map(([, name, words]) => [name!, words!]),
  );

  it('names each room of src, and none that is gone', () => {
    expect([...entries.keys()].toSorted()).toEqual([...rooms].toSorted());
  });

  it('names each folder in a room, and none that is gone', () => {
    const folders = [...new Set(files.map(dirname))].flatMap((folder) => {
      const [, room, name] = /^src\/([^/]+)\/([^/]+)/.exec(folder) ?? [];
      return room ? [`${room}/${name}`] : [];
    });
    const named = [...entries].flatMap(([room, words]) =>
      [...words.matchAll(/(?<![\w/-])([a-z0-9-]+)\//g)].map(([, name]) => `${room}${name}`),
    );
    expect([...new Set(named)].toSorted()).toEqual([...new Set(folders)].toSorted());
  });
});

describe('files of one name', () => {
  /** Those of a command and of what it calls, and those of each engine, or of each task. */
  const isOneJob = (paths: readonly string[]): boolean => {
    const others = paths.filter((path) => dirname(path) !== 'src/commands');
    const sides = others.map((path) => /^src\/(engine\/(?:onnx|tensorflow)|tasks\/[^/]+)\//.exec(path)?.[1]);
    return others.length <= 1 || (!sides.includes(undefined) && new Set(sides).size === sides.length);
  };

  it('do one job', () => {
    const sources = files.filter((path) => path.startsWith('src/'));
    const groups = [...new Set(sources.map((path) => basename(path)))].map((name) =>
      sources.filter((path) => basename(path) === name),
    );
    expect(groups.filter((paths) => !isOneJob(paths))).toEqual([]);
  });
});

describe('the tests', () => {
  it('lie in the folders of what they test', () => {
    const own = /^test(\/(bench|consumer|contracts|e2e|examples|golden|soak|support)\b.*)?$/;
    const sources = new Set(files.map(dirname));
    const folders = [...new Set(files.map(dirname))].filter((folder) => /^test\b/.test(folder));
    const others = folders.filter((folder) => !own.test(folder));
    expect(others.filter((folder) => !sources.has(folder.replace(/^test/, 'src')))).toEqual([]);
  });
});

describe('the borders that the linter holds', () => {
  it('are those between the rooms in the order of ARCHITECTURE.md', async () => {
    const [, way] = /^## The data's way.*\n\n((?: {4}.*\n)+)/m.exec(await read('ARCHITECTURE.md'))!;
    const order = way!
      .replace(/\([^)]*\)/g, '')
      .split(/->|,/)
      .map((name) => name.trim());
    expect(order.toSorted()).toEqual([...rooms].map((room) => room.replace(/\/$|\.ts$/, '')).toSorted());
    const borders = order.slice(0, -1).map((room, index) => border(room, order.slice(index + 1)));
    const lines = borders.map((each) => `    ${JSON.stringify(each)}`).join(',\n');
    const file = `{\n  "overrides": [\n${lines}\n  ]\n}\n`;
    await expect(file).toMatchFileSnapshot(`${projectFolder}/biome.borders.json`);
  });
});

/** No file of a room imports from those to its right. */
function border(room: string, right: readonly string[]) {
  const patterns = right.map((other) => (rooms.has(`${other}/`) ? `**/${other}/**` : `**/${other}.js`));
  const message = `${room} does not know what is to its right in ARCHITECTURE.md's order of rooms.`;
  const options = { patterns: [{ group: patterns, message }] };
  return {
    includes: [rooms.has(`${room}/`) ? `src/${room}/**` : `src/${room}.ts`],
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options } } } },
  };
}

/** Ours. */
const documents = () =>
  glob(['*.md', '{docs,datasets,models,test}/**/*.md'], {
    cwd: projectFolder,
    ignore: '**/node_modules/**',
  });

describe('a file that is named exists', () => {
  it('in comments', async () => {
    const missing: string[] = [];
    for (const path of files) {
      const comments = (await read(path)).match(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/gm) ?? [];
      missing.push(...comments.flatMap(missingFiles).map((name) => `${path} names ${name}`));
    }
    expect(missing).toEqual([]);
  });

  it('in documents', async () => {
    const missing: string[] = [];
    for (const path of await documents()) {
      missing.push(...missingFiles(await read(path)).map((name) => `${path} names ${name}`));
    }
    expect(missing).toEqual([]);
  });
});
