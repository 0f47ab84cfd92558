// onnxruntime-node without its install script, in dist/onnxruntime-node. On Linux the script downloads 300 MB for GPUs,
// which Clipstep never uses, and where it cannot, nothing is installed at all; and no package can tell npm to pass over
// the script of another. What computes on the CPU is in onnxruntime-node's own files, which are taken as they are.
import { constants } from 'node:fs';
import { copyFile, link, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { glob } from 'tinyglobby';

const SOURCE = 'node_modules/onnxruntime-node';
const TARGET = 'dist/onnxruntime-node';

/** Of each platform, what computes on the CPU: onnxruntime loads the rest when a GPU is asked for. */
const PARTS = [
  'bin/*/*/*/onnxruntime_binding.node',
  'bin/*/linux/*/libonnxruntime.so.1',
  // The one of its two names that the addon asks for.
  'bin/*/darwin/*/libonnxruntime.1.dylib',
  'bin/*/win32/*/onnxruntime.dll',
];

/** Has its JavaScript, which is bundled, load the copy. */
export const onnxruntimePlugin = {
  name: 'onnxruntime-node',
  transform: {
    filter: { id: /onnxruntime-node\/dist\/binding\.js$/ },
    // The longer path moves nothing to another line.
    handler: (code) => ({ code: code.replace('`../bin/', '`./onnxruntime-node/bin/'), map: null }),
  },
};

/** Copies what has changed, and returns the paths of all files that belong there. */
export async function copyOnnxruntime() {
  const parts = await glob(PARTS, { cwd: SOURCE });
  for (const part of parts) await copy(join(SOURCE, part), join(TARGET, part));
  return parts.map((part) => join(TARGET, part));
}

/** As a second name of the same bytes where the disk allows that. */
async function copy(source, target) {
  if (await isSame(source, target)) return;
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  await link(source, temporary).catch(() => copyFile(source, temporary, constants.COPYFILE_FICLONE));
  await rename(temporary, target);
}

async function isSame(source, target) {
  const [from, to] = await Promise.all([stat(source), stat(target).catch(() => null)]);
  return from.size === to?.size && from.mtimeMs <= to.mtimeMs;
}
