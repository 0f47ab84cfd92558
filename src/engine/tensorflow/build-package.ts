import { readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, messageOf, UserError } from '../../errors.js';
import { makeFolder } from '../../platform/make-folder.js';
import { runTool, type ToolRun } from './build-tools.js';
import {
  type BuiltPackage,
  probeAddon,
  TENSORFLOW_VERSION,
  TFJS_NODE,
  TFJS_NODE_VERSION,
} from './built-package.js';

export interface BuildOptions {
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** What is taken out of the wheel: the headers that the addon's sources reach, and what it links. */
const WHEEL_PARTS = [
  'include/tensorflow/c/',
  'include/tensorflow/core/platform/',
  'include/tsl/platform/',
  'include/xla/tsl/c/',
  'libtensorflow_cc.so.2',
  'libtensorflow_framework.so.2',
];

/** Its arguments: the wheel, the folder to write to, the parts. */
const EXTRACT_SCRIPT = `
import sys, zipfile
parts = tuple("tensorflow/" + part for part in sys.argv[3:])
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(parts)])
`;

/**
 * Fills an empty folder: the npm package without its install script (which downloads what it then links),
 * TensorFlow's libraries out of its wheel, and the addon compiled against them.
 *
 * @throws UserError `download_failed`, `engine_unavailable` or `aborted`.
 */
export async function buildPackage(built: BuiltPackage, options: BuildOptions): Promise<void> {
  const { onProgress, signal } = options;
  onProgress(`Fetching ${TFJS_NODE} ${TFJS_NODE_VERSION} with npm`);
  await fetchPackage(built, signal);
  onProgress(`Fetching TensorFlow ${TENSORFLOW_VERSION} with pip`);
  const wheelPath = await fetchWheel(built, signal);
  onProgress('Unpacking TensorFlow');
  await unpackWheel(built, { wheelPath, signal });
  onProgress('Compiling the addon');
  await compileAddon(built, signal);
  onProgress('Loading it');
  await probeAddon(built).catch((cause: unknown) => {
    throw stepFailure('engine_unavailable', { step: 'loading the addon that was built', cause });
  });
}

async function fetchPackage({ folder }: BuiltPackage, signal: AbortSignal | undefined): Promise<void> {
  // npm offers no command for the node-gyp that it bundles, but scripts find it on their PATH, and npm
  // hands them its settings (nodedir). module_path counts from the folder that node-gyp generates.
  const build = `cd node_modules/${TFJS_NODE} && node-gyp rebuild --module_name=tfjs_binding --module_path=../lib/napi-v8 --napi_build_version=8`;
  const manifest = { private: true, scripts: { build }, dependencies: { [TFJS_NODE]: TFJS_NODE_VERSION } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  await runStep('download_failed', {
    step: `fetching ${TFJS_NODE} with npm`,
    executable: 'npm',
    arguments: ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'],
    signal,
  });
}

async function fetchWheel({ folder }: BuiltPackage, signal: AbortSignal | undefined): Promise<string> {
  const wheelFolder = join(folder, 'wheel');
  // The libraries are the same whatever Python the wheel is for; naming one serves Pythons that have none.
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--python-version=3.11'];
  const requirement = `tensorflow-cpu==${TENSORFLOW_VERSION}`;
  await runStep('download_failed', {
    step: `fetching ${requirement} with pip`,
    executable: 'python3',
    arguments: ['-m', 'pip', 'download', ...options, '--dest', wheelFolder, requirement],
    signal,
  });
  const [wheel] = await readdir(wheelFolder);
  return join(wheelFolder, wheel!);
}

async function unpackWheel(
  { folder, packageFolder }: BuiltPackage,
  { wheelPath, signal }: { wheelPath: string; signal: AbortSignal | undefined },
): Promise<void> {
  const unpacked = join(folder, 'unpacked');
  await runStep('engine_unavailable', {
    step: 'unpacking TensorFlow (it needs 1.5 GB of disk)',
    executable: 'python3',
    arguments: ['-c', EXTRACT_SCRIPT, wheelPath, unpacked, ...WHEEL_PARTS],
    signal,
  });
  await rm(join(folder, 'wheel'), { recursive: true });
  const libraries = join(packageFolder, 'deps', 'lib');
  await makeFolder(libraries);
  await rename(join(unpacked, 'tensorflow', 'include'), join(packageFolder, 'deps', 'include'));
  // The names that the addon is linked with. The C API is in the C++ library.
  for (const [name, linkName] of [
    ['libtensorflow_cc.so.2', 'libtensorflow.so'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ] as const) {
    await rename(join(unpacked, 'tensorflow', name), join(libraries, name));
    await symlink(name, join(libraries, linkName));
  }
  await rm(unpacked, { recursive: true });
}

async function compileAddon({ folder }: BuiltPackage, signal: AbortSignal | undefined): Promise<void> {
  await runStep('engine_unavailable', {
    step: "compiling the addon (it needs Node's headers: a folder that npm's nodedir setting names, or nodejs.org)",
    executable: 'npm',
    arguments: ['run', 'build', '--prefix', folder],
    signal,
  });
}

async function runStep(code: ErrorCode, { step, ...run }: ToolRun & { step: string }): Promise<void> {
  await runTool(run).catch((cause: unknown) => {
    throw cause instanceof UserError ? cause : stepFailure(code, { step, cause });
  });
}

function stepFailure(code: ErrorCode, { step, cause }: { step: string; cause: unknown }): UserError {
  return new UserError(code, {
    problem: `The tensorflow engine could not be installed: ${step} failed:\n${messageOf(cause)}`,
    fix: 'Fix that and run `clipstep install tensorflow` again; until then `--engine onnx` works without it.',
    cause,
  });
}
