import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { glob } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { percent } from '../src/platform/percent.js';
import { projectFolder } from './support/cli.js';

const read = (path: string) => readFile(join(projectFolder, path), 'utf8');
const pages = await glob(['*.md', 'docs/*.md', 'docs/design/*.md'], { cwd: projectFolder });

/** As GitHub and the site name headings. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('%s', (page) => {
  it('links to pages and headings that are there', async () => {
    const text = await read(page);
    const targets = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target!);
    const dead: string[] = [];
    for (const target of targets) {
      const [path, anchor] = target.split('#') as [string, string?]; // a text has a first part
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(projectFolder, file))) dead.push(target);
      else if (anchor !== undefined && !anchorsOf(await read(file)).includes(anchor)) dead.push(target);
    }
    expect(dead).toEqual([]);
  });
});

it('README.md can be read in a minute', async () => {
  expect((await read('README.md')).split('\n').length).toBeLessThanOrEqual(200);
});

it.each(['mnist-rows', 'motion', 'names'])('all say one accuracy of the model %s', async (name) => {
  const { test } = JSON.parse(await read(`models/${name}/model.json`));
  for (const page of [`models/${name}/README.md`, 'docs/models.md'])
    expect([page, await read(page)]).toEqual([page, expect.stringContaining(percent(test.accuracy))]);
});

it('README.md and docs/evaluate.md say the accuracy of motion that its model does', async () => {
  const { accuracy, shuffledAccuracy } = JSON.parse(await read('models/motion/model.json')).test;
  for (const page of ['README.md', 'docs/evaluate.md'])
    for (const share of [accuracy, shuffledAccuracy])
      expect([page, await read(page)]).toEqual([page, expect.stringContaining(percent(share))]);
});

it('the site has every page, and the start page links to those for users', async () => {
  const { projectDocuments } = JSON.parse(await read('docs/typedoc.json'));
  const own = pages.filter((page) => /^docs\/[^/]+$/.test(page) && page !== 'docs/index.md');
  const names = own.map((page) => page.replace('docs/', '')).toSorted();
  expect(projectDocuments.filter((name: string) => !name.includes('*')).toSorted()).toEqual(names);
  const start = await read('docs/index.md');
  expect(names.filter((name) => !start.includes(`(${name})`))).toEqual([]);
});
