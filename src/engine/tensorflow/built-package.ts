import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../platform/cache-folder.js';

/** The last release of tfjs-node; the same as in package.json, so that both ways give one behaviour. */
export const TFJS_NODE_VERSION = '4.22.0';
/** The TensorFlow whose C API it is built against. */
export const TENSORFLOW_VERSION = '2.21.0';

export const TFJS_NODE = '@tensorflow/tfjs-node';

/** A folder with node_modules, built by `clipstep install tensorflow`. Nothing says that it exists. */
export interface BuiltPackage {
  readonly folder: string;
  /** tfjs-node itself. */
  readonly packageFolder: string;
  /** Its compiled addon, which names the TensorFlow libraries beside it by a relative path. */
  readonly addonPath: string;
}

/**
 * Where the package is built, or would be: named by all that decides whether its binaries fit, so that it
 * serves every Clipstep of this user and outlives each one's node_modules. Node's version is no part of the
 * name: the addon uses Node-API, which is the same in all of them.
 */
export function builtPackage(): BuiltPackage {
  const versions = `tfjs-node-${TFJS_NODE_VERSION}-tensorflow-${TENSORFLOW_VERSION}`;
  return packageIn(cacheFolder('tensorflow', `${versions}-${process.platform}-${process.arch}`));
}

export function packageIn(folder: string): BuiltPackage {
  const packageFolder = join(folder, 'node_modules', TFJS_NODE);
  return { folder, packageFolder, addonPath: join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node') };
}

/**
 * Loads the addon in a process of its own, so that this one need not carry TensorFlow (or fall with it).
 *
 * @returns the version that the loaded TensorFlow reports.
 * @throws what the dynamic loader said.
 */
export async function probeAddon({ addonPath }: BuiltPackage): Promise<string> {
  const script = 'console.log(require(process.argv[1]).TF_Version)';
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script, addonPath]);
  return stdout.trim();
}
