import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectFolder } from './support/cli.js';

/** Entry points of the package by name, and the source of each. */
const ENTRIES = {
  clipstep: 'src/index.ts',
  'clipstep/classify': 'src/predict/classify.ts',
  'clipstep/serve': 'src/serve/create-server.ts',
};

it('the package exports what test/api-surface.txt lists: a name that goes breaks programs', async () => {
  const { exports } = JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8'));
  expect(Object.keys(exports).map((path) => path.replace('.', 'clipstep'))).toEqual(Object.keys(ENTRIES));
  const lists = Object.entries(ENTRIES).map(
    async ([name, path]) => `${name}\n${(await surfaceOf(path)).join('\n')}\n`,
  );
  await expect((await Promise.all(lists)).join('\n')).toMatchFileSnapshot('api-surface.txt');
});

/** Values as they are when the file is loaded, and the types beside them, a line each. */
async function surfaceOf(path: string): Promise<string[]> {
  const values = Object.keys(await import(join(projectFolder, path)));
  const text = await readFile(join(projectFolder, path), 'utf8');
  const names = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, type, list]) =>
    list!
      .split(',')
      .flatMap((each) => (type || /\btype /.test(each) ? [each.replace(/type |\w+ as /g, '').trim()] : [])),
  );
  const declared = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name!);
  const types = [...names, ...declared].filter((name) => name !== '');
  return [...values.map((name) => `  ${name}`), ...types.map((name) => `  type ${name}`)].toSorted();
}
