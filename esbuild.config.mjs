// Builds dist/: what the package runs and exports, the thread that computes models, and the process that starts
// programs. In few files, since Node.js takes longer to find and read three hundred small ones than a clip takes to be
// decoded. Leaves alone what is as it should be, so that tests can always build before they run dist/.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { glob } from 'tinyglobby';
import { copyOnnxruntime, onnxruntimePlugin } from './scripts/onnxruntime.mjs';
import { bundledPackages, thirdPartyLicences } from './scripts/third-party-licences.mjs';

/** A dependency for its types alone, which the library's own are made of. */
const TYPES_ONLY = ['zod'];

// What npm installs with Clipstep is loaded from there. Of the packages that only a clone has, what is used goes into
// dist/: they are large and used in part, or of many small modules.
const { dependencies, optionalDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
const installed = Object.keys({ ...dependencies, ...optionalDependencies });

const { outputFiles, metafile } = await build({
  entryPoints: [
    'src/cli.ts',
    'src/index.ts',
    'src/predict/classify.ts',
    'src/serve/create-server.ts',
    'src/predict/thread/engine-thread.ts',
    'src/platform/child-process/launcher-process.ts',
  ],
  outdir: 'dist',
  write: false,
  // Side by side with what they share, as src/platform/package-files.ts takes them to be.
  entryNames: '[name]',
  bundle: true,
  splitting: true,
  external: installed.filter((name) => !TYPES_ONLY.includes(name)),
  plugins: [onnxruntimePlugin],
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
});

const licences = await thirdPartyLicences([...bundledPackages(metafile), 'node_modules/onnxruntime-node']);
outputFiles.push({ path: resolve('dist/third-party-licences.txt'), contents: Buffer.from(licences) });

await mkdir('dist', { recursive: true });
const onnxruntimeFiles = await copyOnnxruntime();
const stale = [];
for (const { path, contents } of outputFiles) {
  const written = existsSync(path) ? await readFile(path) : null;
  if (!written?.equals(contents)) stale.push({ path, contents });
}
for (const { path, contents } of stale) await writeFile(path, contents);

const wanted = new Set([
  ...outputFiles.map(({ path }) => path),
  ...onnxruntimeFiles.map((path) => resolve(path)),
]);
const leftOver = [
  ...(await glob(['dist/*', 'dist/onnxruntime-node/**'], { absolute: true })).filter(
    (path) => !wanted.has(path),
  ),
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
