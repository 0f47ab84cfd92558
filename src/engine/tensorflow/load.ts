import { createRequire } from 'node:module';
import util from 'node:util';
import { messageOf, UserError } from '../../errors.js';
import { builtPackage, TFJS_NODE } from './built-package.js';

/**
 * What Clipstep uses of @tensorflow/tfjs-node, as its operations' own package declares it: tfjs-node itself
 * is not there to compile against on most machines.
 */
export type Tensorflow = typeof import('@tensorflow/tfjs-core');

export interface LoadedTensorflow {
  readonly tf: Tensorflow;
  readonly tfjsNodeVersion: string;
  /** Version of the TensorFlow library itself. */
  readonly tensorflowVersion: string;
  /** `npm`: the package in node_modules; `cache`: the one that `clipstep install tensorflow` built. */
  readonly source: 'npm' | 'cache';
}

export type TensorflowStatus =
  | ({ readonly kind: 'available' } & Omit<LoadedTensorflow, 'tf'>)
  | { readonly kind: 'unavailable'; readonly problem: string; readonly fix: string };

/**
 * Loads tfjs-node: the npm package where it is there and loads, else the built one in the cache.
 * @throws UserError `engine_unavailable`, with what was wrong in each place.
 */
export async function loadTensorflow(): Promise<LoadedTensorflow> {
  replaceRemovedFunctions();
  avoidUnsafeKernels();
  await quieten();
  const failures: string[] = [];
  for (const [source, pathOf] of [
    ['npm', () => TFJS_NODE],
    ['cache', () => builtPackage().packageFolder],
  ] as const) {
    try {
      // Not import(): it names only those of a CommonJS module's exports that it can see without running it.
      return describe(createRequire(import.meta.url)(pathOf()), source);
    } catch (thrown) {
      failures.push(`${PLACES[source]}: ${messageOf(thrown).split('\n')[0]}`);
    }
  }
  throw new UserError('engine_unavailable', {
    problem: `The tensorflow engine does not load here.\n${failures.map((line) => `  ${line}`).join('\n')}`,
    fix: 'Run `clipstep install tensorflow`, or use `--engine onnx`.',
  });
}

/** Whether the tensorflow engine works here, for `clipstep doctor`: it is loaded to find out. */
export async function tensorflowStatus(): Promise<TensorflowStatus> {
  try {
    const { tf: _, ...status } = await loadTensorflow();
    return { kind: 'available', ...status };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { kind: 'unavailable', problem: thrown.problem, fix: thrown.fix };
  }
}

const PLACES = { npm: 'the npm package', cache: 'the one built into the cache' } as const;

type TfjsNode = Tensorflow & { version: { 'tfjs-node': string } };

function describe(tf: TfjsNode, source: LoadedTensorflow['source']): LoadedTensorflow {
  // tfjs-core's type of a backend knows nothing of the addon that tfjs-node's has.
  const { binding } = tf.engine().findBackend('tensorflow') as unknown as { binding: { TF_Version: string } };
  return { tf, tfjsNodeVersion: tf.version['tfjs-node'], tensorflowVersion: binding.TF_Version, source };
}

/** tfjs-node 4.22 calls two functions that Node 22 warns of and Node 23 has no more. */
function replaceRemovedFunctions(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}

/**
 * The matrix product that oneDNN compiles for AVX2 and above (dnnl_sgemm, in TensorFlow 2.21) does not
 * survive a signal: a program in C that only calls it while a timer fires dies of a corrupted heap within
 * some hundred signals. Every ffmpeg that ends sends one, as do Ctrl-C and a resized terminal. Its AVX
 * version survived 98,000 of them while it trained; a training step takes about a fifth longer with it.
 */
function avoidUnsafeKernels(): void {
  process.env.ONEDNN_MAX_CPU_ISA ??= 'AVX';
}

/**
 * Errors stay. TensorFlow's library would say on stderr how it was compiled; TensorFlow.js would warn of
 * every kernel of the cpu backend that two packages register with the one engine of a process.
 */
async function quieten(): Promise<void> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const { enableProdMode } = await import('@tensorflow/tfjs-core');
  enableProdMode();
}
