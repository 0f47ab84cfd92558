// Builds what `clipstep export --format web` puts beside a model: the page, its worker with onnxruntime-web in it, and what
// keeps them for later. A page that is opened from a disk may read nothing but scripts, so all is in scripts.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { rolldown } from 'rolldown';
import { bundledPackages, thirdPartyLicences } from './third-party-licences.mjs';

const PAGE = 'src/export/page';
const RUNTIME = 'node_modules/onnxruntime-web';
const TARGET = 'dist/web';

/** @returns its files. */
export async function bundleExportedPage() {
  const [page, worker, serviceWorker] = await Promise.all([
    bundleScript('main.tsx'),
    bundleScript('worker.ts'),
    bundleScript('service-worker.ts'),
  ]);
  const packages = bundledPackages([...page.moduleIds, ...worker.moduleIds]);
  const files = {
    'index.html': await readFile(`${PAGE}/index.html`, 'utf8'),
    'page.css': await stylesOf(['look.css', 'page.css']),
    'page.js': page.code,
    'runtime.js': await runtimeScript(worker.code),
    'service-worker.js': serviceWorker.code,
    'licences.txt': `${await readFile('LICENSE', 'utf8')}\n${await thirdPartyLicences(packages)}`,
  };
  return Object.entries(files).map(([name, text]) => ({
    path: resolve(TARGET, name),
    contents: Buffer.from(text),
  }));
}

/** No modules: a page that is opened from a disk may load none. */
async function bundleScript(name) {
  const bundle = await rolldown({
    input: `${PAGE}/${name}`,
    platform: 'browser',
    tsconfig: `${PAGE}/tsconfig.json`,
    // A worker that is made of text has no address, by which onnxruntime-web would look for its files.
    transform: { target: 'es2022', define: { 'import.meta': '{}' } },
  });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  return output[0];
}

async function stylesOf(names) {
  const texts = await Promise.all(names.map((name) => readFile(`${PAGE}/${name}`, 'utf8')));
  return texts.join('\n');
}

async function runtimeScript(worker) {
  const { version } = JSON.parse(await readFile(`${RUNTIME}/package.json`, 'utf8'));
  const head = `/* onnxruntime-web ${version} */ globalThis.clipstepRuntime = { wasm: "`;
  const wasm = (await packedBefore(head)) ?? (await packed(`${RUNTIME}/dist/ort-wasm-simd-threaded.wasm`));
  return `${head}${wasm}", worker: ${JSON.stringify(worker)} };\n`;
}

/** Of the build before, since packing takes longer than all else. */
async function packedBefore(head) {
  const before = await readFile(`${TARGET}/runtime.js`, 'utf8').catch(() => '');
  return before.startsWith(head) ? before.slice(head.length, before.indexOf('"', head.length)) : null;
}

async function packed(path) {
  const bytes = await promisify(gzip)(await readFile(path), { level: 9 });
  return bytes.toString('base64');
}
