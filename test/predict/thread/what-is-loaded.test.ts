import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { unlessAbsent } from '../../../src/platform/exists.js';
import { projectFolder } from '../../support/cli.js';

const DIST = join(projectFolder, 'dist');

interface BuiltFile {
  /** Modules that lie in it, such as `src/errors.ts`. */
  readonly modules: readonly string[];
  /** Files that are loaded before anything in it runs. */
  readonly imports: readonly string[];
}

let files: ReadonlyMap<string, BuiltFile>;
beforeAll(async () => {
  const names = (await readdir(DIST)).filter((name) => name.endsWith('.js'));
  files = new Map(await Promise.all(names.map(async (name) => [name, await builtFile(name)] as const)));
});

async function builtFile(name: string): Promise<BuiltFile> {
  const code = await readFile(join(DIST, name), 'utf8');
  // A file that only passes exports on has no map.
  const map = await unlessAbsent(readFile(join(DIST, `${name}.map`), 'utf8'));
  const { sources }: { sources: string[] } = map === null ? { sources: [] } : JSON.parse(map);
  const statements = code.matchAll(/^(?:import|export)\b[^;]*?"\.\/([^"/]+)";/gm);
  return {
    modules: sources.map((source) => join('dist', source)),
    imports: [...statements].map(([, file]) => file!),
  };
}

/** All files that are loaded with those that these modules lie in. */
function loadedWith(...modules: readonly string[]): ReadonlyMap<string, BuiltFile> {
  const found = new Map<string, BuiltFile>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    const file = files.get(name)!;
    found.set(name, file);
    for (const imported of file.imports) add(imported);
  };
  for (const module of modules) {
    const [name] = [...files].find((file) => file[1].modules.includes(module))!;
    add(name);
  }
  return found;
}

const modulesOf = (loaded: ReadonlyMap<string, BuiltFile>): string[] =>
  [...loaded.values()].flatMap(({ modules }) => modules);

const THREAD = ['src/predict/thread/engine-thread.ts', 'src/engine/onnx/onnx-engine.ts'];
const START = ['src/cli.ts', 'src/commands/classify.ts'];
const OPEN = ['src/bundle/bundle.ts', 'src/predict/open-by-input.ts', 'src/media/ffmpeg/ffmpeg.ts'];

// Each of these is on the way to the first answer; zod alone takes longer to load than all of ours.
it('the thread of a model loads no zod', () => {
  const modules = modulesOf(loadedWith(...THREAD));
  expect(modules).toContain('src/engine/members.ts');
  expect(modules).toContain('src/engine/onnx/session.ts');
  expect(modules).not.toContainEqual(expect.stringContaining('node_modules/zod'));
});

it('the command that classifies starts the model before it loads zod', () => {
  const modules = modulesOf(loadedWith(...START));
  expect(modules).toContain('src/predict/thread/model-thread.ts');
  expect(modules).not.toContainEqual(expect.stringContaining('node_modules/zod'));
  expect(modulesOf(loadedWith(...OPEN))).toContainEqual(expect.stringContaining('node_modules/zod'));
});

it('a first answer waits for few files, of which none runs another entry', () => {
  const main = loadedWith(...START, ...OPEN);
  expect(main.size).toBeLessThanOrEqual(7);
  expect([...main.keys()]).not.toContain('engine-thread.js');
  const thread = loadedWith(...THREAD);
  expect(thread.size).toBeLessThanOrEqual(6);
  expect([...thread.keys()]).not.toContain('cli.js');
});
