import { rm } from 'node:fs/promises';
import { UserError } from '../../errors.js';
import { cannotCache } from '../../platform/cache-folder.js';
import { newFolder } from '../../platform/new-folder.js';
import { buildPackage } from './build-package.js';
import { requireBuildTools } from './build-tools.js';
import {
  type BuiltPackage,
  builtPackage,
  packageIn,
  probeAddon,
  TENSORFLOW_VERSION,
  TFJS_NODE,
  TFJS_NODE_VERSION,
} from './built-package.js';

export interface InstallPlan {
  readonly folder: string;
  readonly downloads: ReadonlyArray<{ readonly name: string; readonly bytes: number }>;
  /** What the folder takes when all is done. */
  readonly installedBytes: number;
}

export interface InstallOptions {
  /** Is shown what would be downloaded before anything is; false ends it there. */
  readonly confirm: (plan: InstallPlan) => Promise<boolean>;
  readonly onProgress?: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface InstallOutcome {
  /** `present`: it was there already and loads. */
  readonly kind: 'present' | 'installed' | 'declined';
  readonly folder: string;
}

/** Sizes as npm and pip fetched them for linux-x64; pip gives none before it downloads. */
const DOWNLOADS = [
  { name: `TensorFlow ${TENSORFLOW_VERSION} (the tensorflow-cpu wheel, with pip)`, bytes: 273_829_956 },
  { name: `${TFJS_NODE} ${TFJS_NODE_VERSION} and what it needs (with npm)`, bytes: 75_352_077 },
];

/** TensorFlow's two libraries 853 MB, npm's packages 292 MB. */
const INSTALLED_BYTES = 1_145_000_000;

/**
 * Makes the tensorflow engine work where npm's own install of tfjs-node failed, by building it against the
 * TensorFlow that pip has. It is built under a temporary name and renamed when its addon has loaded, so that
 * an interrupted installation leaves nothing that could be taken for a whole one. Where one is there and
 * loads, nothing is done.
 *
 * @throws UserError `missing_tool`, `download_failed`, `engine_unavailable` or `aborted`.
 */
export async function installTensorflow(options: InstallOptions): Promise<InstallOutcome> {
  const { confirm, onProgress = () => {}, signal } = options;
  const target = builtPackage();
  const { folder } = target;
  if (await loads(target)) return { kind: 'present', folder };
  requireLinux();
  await requireBuildTools();
  if (!(await confirm({ folder, downloads: DOWNLOADS, installedBytes: INSTALLED_BYTES }))) {
    return { kind: 'declined', folder };
  }
  const fill = async (workFolder: string) => {
    await buildPackage(packageIn(workFolder), { onProgress, signal });
    // What lies there now does not load, or was put there meanwhile: this one does load.
    await rm(folder, { recursive: true, force: true });
  };
  await newFolder(folder, fill, { unwritable: cannotCache });
  return { kind: 'installed', folder };
}

async function loads(built: BuiltPackage): Promise<boolean> {
  return probeAddon(built).then(
    () => true,
    () => false,
  );
}

function requireLinux(): void {
  if (process.platform === 'linux') return;
  throw new UserError('engine_unavailable', {
    problem: `TensorFlow's wheel has the libraries that tfjs-node needs for Linux only; this is ${process.platform}.`,
    fix: `Run \`npm install ${TFJS_NODE}@${TFJS_NODE_VERSION}\`, which downloads a prebuilt one for macOS and Windows, or use the embedded engine: \`--engine onnx\`.`,
  });
}
