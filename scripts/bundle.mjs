// Builds dist/: what the package runs and exports, the threads that compute, the process that starts programs,
// and the pages of the studio and of `export`. In few files, since Node.js takes longer to find and read three hundred
// small ones than a clip takes to be decoded. Leaves alone what is as it should be, so that tests can always build before
// they run dist/.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { glob } from 'tinyglobby';
import { bundleExportedPage } from './exported-page.mjs';
import { copyOnnxruntime, onnxruntimePlugin } from './onnxruntime.mjs';
import { bundleStudioPage } from './studio-page.mjs';
import { bundledPackages, thirdPartyLicences } from './third-party-licences.mjs';

const ENTRIES = [
  'src/cli.ts',
  'src/index.ts',
  'src/predict/classify.ts',
  'src/serve/create-server.ts',
  'src/predict/thread/engine-thread.ts',
  'src/engine/onnx/threads/session-thread.ts',
  'src/platform/child-process/launcher-process.ts',
  'src/studio/pace-thread.ts',
];

/**
 * What a first answer waits for, in the order in which it is loaded: each stage's modules lie in one file, with all that
 * they import at once and no stage before them has. Otherwise there would be a file for each set of commands that share
 * a module. An entry is in no stage, since whoever needs another module of a stage would run it.
 */
const STAGES = [
  {
    name: 'thread',
    importedBy: ['src/predict/thread/engine-thread.ts'],
    // The engine wants these, and so does the command, which loads no engine.
    modules: [
      'src/platform/cache-folder.ts',
      'src/platform/lack-of-memory.ts',
      'src/platform/make-folder.ts',
      'src/platform/regular-file.ts',
      'src/platform/replace-file.ts',
      'src/platform/version.ts',
    ],
  },
  { name: 'start', importedBy: ['src/cli.ts'], modules: ['src/commands/classify.ts'] },
  {
    name: 'network',
    modules: [
      'src/network/cells.ts',
      'src/network/recurrent.ts',
      'src/network/recurrent-parameters.ts',
      'src/network/softmax.ts',
      'src/random.ts',
    ],
  },
  { name: 'engine', modules: ['src/engine/onnx/onnx-engine.ts'] },
  {
    name: 'open',
    modules: [
      'src/bundle/bundle.ts',
      'src/predict/thread/loaded-model.ts',
      'src/predict/open-by-input.ts',
      'src/media/clip-names.ts',
      'src/media/ffmpeg/ffmpeg.ts',
    ],
  },
];

/**
 * Of the dependencies, those that a prediction waits for: finding and reading their many files takes longer than running them.
 * Our own types are made of zod's.
 */
const BUNDLED = ['zod', 'commander', 'fluent-ffmpeg'];

// What else npm installs with Clipstep is loaded from there. Of the packages that only a clone has, what is used goes into
// dist/: they are large and used in part, or of many small modules.
const { dependencies, optionalDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
const installed = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
  (name) => !BUNDLED.includes(name),
);

const bundle = await rolldown({
  input: Object.fromEntries(ENTRIES.map((path) => [basename(path, '.ts'), path])),
  external: (id) => installed.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [onnxruntimePlugin],
  platform: 'node',
  // fluent-ffmpeg's.
  transform: { define: { __dirname: 'import.meta.dirname' } },
  preserveEntrySignatures: 'strict',
  onLog: (level, log, report) => {
    // Whatever starts would load it at once, in vain.
    if (log.code === 'INEFFECTIVE_DYNAMIC_IMPORT') throw new Error(log.message);
    report(level, log);
  },
});
const { output } = await bundle.generate({
  // Side by side with what they share, as src/platform/package-files.ts takes them to be.
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  format: 'esm',
  sourcemap: true,
  codeSplitting: { groups: stageGroups() },
});
await bundle.close();

const page = await bundleStudioPage();
const outputFiles = [
  ...output.map((file) => ({
    path: resolve('dist', file.fileName),
    contents: Buffer.from(file.type === 'chunk' ? file.code : file.source),
  })),
  ...page.files,
  ...(await bundleExportedPage()),
];
const modules = [...output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])), ...page.modules];
const licences = await thirdPartyLicences([...bundledPackages(modules), 'node_modules/onnxruntime-node']);
outputFiles.push({ path: resolve('dist/third-party-licences.txt'), contents: Buffer.from(licences) });

for (const folder of ['dist/studio', 'dist/web']) await mkdir(folder, { recursive: true });
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
  ...(await glob(['dist/*', 'dist/onnxruntime-node/**', 'dist/{studio,web}/**'], { absolute: true })).filter(
    (path) => !wanted.has(path),
  ),
  // TypeScript writes the types, and leaves those of files that are gone.
  ...(await glob('dist/types/**', { absolute: true })).filter((path) => !hasSource(path)),
];
for (const path of leftOver) await rm(path);
if (stale.length + leftOver.length > 0) {
  console.log(`dist/: ${stale.length} of ${outputFiles.length} files written, ${leftOver.length} removed`);
}

/** The stages as rolldown takes them. */
function stageGroups() {
  return STAGES.map(({ name, modules = [], importedBy = [] }, index) => {
    const [own, importers] = [modules, importedBy].map((paths) => paths.map((path) => resolve(path)));
    const isOwn = (id, context) =>
      own.includes(id) ||
      importers.some((importer) => context.getModuleInfo(id)?.importers.includes(importer));
    return {
      name: (id, context) => (isOwn(id, context) ? name : null),
      debugName: name,
      priority: STAGES.length - index,
    };
  });
}

function hasSource(path) {
  return existsSync(path.replace('/dist/types/', '/src/').replace(/\.d\.ts$/, '.ts'));
}
