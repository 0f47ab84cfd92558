// Builds dist/: what the package runs and exports, the thread that computes models, and the process that starts
// programs. In few files, since Node.js takes longer to find and read three hundred small ones than a clip takes to be
// decoded. Leaves alone what is as it should be, so that tests can always build before they run dist/.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { glob } from 'tinyglobby';

/** Packages of many small modules of which a prediction needs a part. All others are loaded as npm installs them. */
const BUNDLED = ['@bufbuild/protobuf', 'pure-rand', 'zod'];

const { dependencies, optionalDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
const packages = Object.keys({ ...dependencies, ...optionalDependencies });

const { outputFiles } = await build({
  entryPoints: [
    'src/cli.ts',
    'src/index.ts',
    'src/predict/thread/engine-thread.ts',
    'src/platform/child-process/launcher-process.ts',
  ],
  outdir: 'dist',
  write: false,
  // Side by side with what they share, as src/platform/package-files.ts takes them to be.
  entryNames: '[name]',
  bundle: true,
  splitting: true,
  external: packages.filter((name) => !BUNDLED.includes(name)),
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
});

await mkdir('dist', { recursive: true });
const stale = [];
for (const { path, contents } of outputFiles) {
  const written = existsSync(path) ? await readFile(path) : null;
  if (!written?.equals(contents)) stale.push({ path, contents });
}
for (const { path, contents } of stale) await writeFile(path, contents);

const wanted = new Set(outputFiles.map(({ path }) => path));
const leftOver = [
  ...(await glob('dist/*', { absolute: true })).filter((path) => !wanted.has(path)),
  // TypeScript writes the types, and leaves those of files that are gone.
  ...(await glob('dist/types/**', { absolute: true })).filter((path) => !hasSource(path)),
];
for (const path of leftOver) await rm(path);
if (stale.length + leftOver.length > 0) {
  console.log(`dist/: ${stale.length} of ${outputFiles.length} files written, ${leftOver.length} removed`);
}

function hasSource(path) {
  return existsSync(path.replace('/dist/types/', '/src/').replace(/\.d\.ts$/, '.ts'));
}
