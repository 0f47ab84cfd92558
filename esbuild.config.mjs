// Builds dist/: what the package runs and exports, the thread that computes models, and the process that starts
// programs. In few files, since Node.js takes longer to find and read three hundred small ones than a clip takes to be
// decoded.
import { readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** Packages of many small modules of which a prediction needs a part. All others are loaded as npm installs them. */
const BUNDLED = ['@bufbuild/protobuf', 'pure-rand', 'zod'];

const { dependencies, optionalDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
const packages = Object.keys({ ...dependencies, ...optionalDependencies });

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: [
    'src/cli.ts',
    'src/index.ts',
    'src/predict/thread/engine-thread.ts',
    'src/platform/child-process/launcher-process.ts',
  ],
  outdir: 'dist',
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
