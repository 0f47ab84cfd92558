import { build } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';
import { projectFolder } from '../../support/cli.js';

const THREAD = 'src/predict/thread/engine-thread.ts';
const ENGINE = 'src/engine/onnx/onnx-engine.ts';
const MANIFEST = 'src/bundle/manifest.ts';
const COMMAND = 'src/commands/classify.ts';

/** Files by what they import at once. */
let imports: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: projectFolder,
    entryPoints: [COMMAND, THREAD, MANIFEST],
    outdir: 'dist',
    write: false,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    metafile: true,
  });
  imports = new Map(
    Object.entries(metafile.inputs).map(([path, file]) => [
      path,
      file.imports.filter(({ kind }) => kind === 'import-statement').map((each) => each.path),
    ]),
  );
});

/** All that is loaded with a file before anything in it runs. */
function loadedWith(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const each of imports.get(path) ?? []) loadedWith(each, found);
  return found;
}

// Each of these is on the way to the first answer; zod alone takes longer to load than all of ours.
it('the thread of a model loads no zod', () => {
  expect(loadedWith(THREAD)).toContain('src/engine/members.ts');
  expect(loadedWith(THREAD)).not.toContain('zod');
  expect(loadedWith(ENGINE)).toContain('src/engine/onnx/session.ts');
  expect(loadedWith(ENGINE)).not.toContain('zod');
});

it('the command that classifies starts the model before it loads zod', () => {
  expect(loadedWith(COMMAND)).toContain('src/predict/thread/model-thread.ts');
  expect(loadedWith(COMMAND)).not.toContain('zod');
});

it('a manifest is read without what reads clips or pictures', () => {
  const loaded = loadedWith(MANIFEST);
  expect(loaded).toContain('zod');
  expect(loaded).not.toContain('src/media/frames.ts');
  expect(loaded).not.toContain('src/media/images/images.ts');
  expect(loaded).not.toContain('src/inputs/digits/read-rows.ts');
});
