import { statfs } from 'node:fs/promises';
import { type Bundle, loadBundle } from '../bundle/bundle.js';
import { cachedPretrained } from '../encoder/pretrained/load-pretrained.js';
import { selectEngine } from '../engine/select.js';
import { tensorflowStatus } from '../engine/tensorflow/load.js';
import { messageOf, UserError } from '../errors.js';
import { findBinary, type Tool } from '../media/ffmpeg/binaries.js';
import { openClip } from '../media/frames.js';
import { loadSharp } from '../media/images/load-sharp.js';
import { locateClip } from '../media/locate.js';
import { probeVideo } from '../media/video/probe.js';
import { cacheFolder } from '../platform/cache-folder.js';
import { createTimeBudget } from '../platform/child-process/time-budget.js';
import { makeFolder } from '../platform/make-folder.js';
import { SHIPPED_MODEL, shippedSample } from '../platform/package-files.js';

/** One thing that Clipstep needs or can use. */
export interface Check {
  readonly name: string;
  /** `missing` stands in the way of something; `optional` only of what the detail names. */
  readonly status: 'ok' | 'missing' | 'optional';
  /** What was found: versions, places. */
  readonly detail: string;
  /** What fixes it, a command wherever one can; absent when all is well. */
  readonly fix?: string | undefined;
}

export interface Diagnosis {
  readonly checks: readonly Check[];
  /** Whether clips can be classified here: no check is `missing`. */
  readonly canClassify: boolean;
}

/** The oldest Node.js that every dependency supports; see package.json's engines. */
const OLDEST_NODE = [20, 19] as const;

/** No try takes more than a second where all is well. */
const TRY_SECONDS = 60;

/** Room for a few datasets' cached frames and features. */
const ENOUGH_DISK_BYTES = 2 ** 30;

/** Looks at everything that classifying and training need on this machine. */
export async function diagnose(): Promise<Diagnosis> {
  const checks = [
    checkNode(),
    await checkFfmpeg(),
    await checkFfprobe(),
    await checkPictures(),
    await checkOnnx(),
    await checkTensorflow(),
    await checkShippedModel(),
    await checkPretrained(),
    await checkDisk(),
  ];
  return { checks, canClassify: checks.every(({ status }) => status !== 'missing') };
}

function checkNode(): Check {
  const version = process.versions.node;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (!isOld) return { name: 'Node.js', status: 'ok', detail: version };
  const fix = `Install Node.js ${OLDEST_NODE.join('.')} or newer: https://nodejs.org.`;
  return { name: 'Node.js', status: 'missing', detail: `${version} is too old`, fix };
}

async function checkFfmpeg(): Promise<Check> {
  return orMissing('ffmpeg', async () => {
    const found = await foundTool('ffmpeg');
    await readFrame(shippedSample('open/open-0001.mp4'));
    return `${found}; decodes a frame`;
  });
}

async function checkFfprobe(): Promise<Check> {
  return orMissing('ffprobe', async () => {
    const found = await foundTool('ffprobe');
    const sample = { path: shippedSample('close/close-0002.webm') };
    await probeVideo(sample, { timeBudget: createTimeBudget(TRY_SECONDS) });
    return `${found}; reads a clip's times`;
  });
}

async function foundTool(tool: Tool): Promise<string> {
  const sources = { environment: 'environment variable', path: 'PATH', package: 'npm package' } as const;
  const { version, path, source } = await findBinary(tool);
  return `${version} (${sources[source]}: ${path})`;
}

async function checkPictures(): Promise<Check> {
  return orMissing('pictures', async () => {
    const { versions } = await loadSharp();
    await readFrame(shippedSample('close/close-0001/0001.jpg'));
    return `sharp ${versions.sharp} reads a JPEG`;
  });
}

/** A frame of a file that comes with Clipstep, as a model of the smallest size would get it. */
async function readFrame(path: string): Promise<void> {
  const clip = await openClip(await locateClip(path), {
    sampling: { kind: 'uniform', frames: 1 },
    preprocessing: { size: 32, fit: 'resize', kernel: 'linear' },
    timeoutSeconds: TRY_SECONDS,
  });
  for await (const { pixels } of clip.frames) {
    if (new Set(pixels).size > 1) return;
  }
  throw new Error(`${path} gave a frame of one colour`);
}

async function checkOnnx(): Promise<Check> {
  return orMissing('onnx engine', async () => {
    const { engine } = await selectEngine('onnx');
    return `onnxruntime ${engine.version}; predicts and trains, the default`;
  });
}

async function checkTensorflow(): Promise<Check> {
  const name = 'tensorflow engine';
  const status = await tensorflowStatus();
  if (status.kind === 'unavailable') {
    const detail = `optional: the onnx engine does the same. ${status.problem.split('\n')[0]}`;
    return { name, status: 'optional', detail, fix: 'clipstep install tensorflow' };
  }
  const { tensorflowVersion, tfjsNodeVersion, source } = status;
  const detail = `TensorFlow ${tensorflowVersion}, tfjs-node ${tfjsNodeVersion} (${source}); predicts and trains`;
  return { name, status: 'ok', detail };
}

async function checkShippedModel(): Promise<Check> {
  return orMissing('shipped model', async () => {
    const bundle = await loadBundle(SHIPPED_MODEL);
    await encodeFrame(bundle);
    const { pipeline, labels } = bundle.manifest;
    return `${pipeline.name}, ${labels.length} classes (${SHIPPED_MODEL}); computes a frame`;
  });
}

/** A grey frame through a model's encoder. */
async function encodeFrame({ networks, members: [weights] }: Bundle): Promise<void> {
  const { engine } = await selectEngine('onnx');
  const network = networks.encoder!;
  const encoder = await engine.loadEncoder(network, weights!);
  try {
    const features = await encoder.encode(new Uint8Array(network.inputSize ** 2 * 3).fill(128));
    if (!features.every(Number.isFinite)) throw new Error('The model computes what is no number');
  } finally {
    await encoder.release();
  }
}

async function checkPretrained(): Promise<Check> {
  const name = 'pretrained weights';
  // Why there is no cache is said where its disk is looked at.
  const kept = await cachedPretrained().catch(() => []);
  if (kept.length > 0) {
    const lines = kept.map((each) => `${each.name} from ${each.source}, sha256 ${each.sourceDigest}`);
    return { name, status: 'ok', detail: lines.join('; ') };
  }
  return {
    name,
    status: 'optional',
    detail: 'none in the cache; needed only for pipelines with pretrained encoders',
    fix: 'clipstep train surveillance --data DIR fetches them, or give a local folder with --weights',
  };
}

async function checkDisk(): Promise<Check> {
  const name = 'free disk';
  try {
    const folder = cacheFolder();
    await makeFolder(folder);
    const { bavail, bsize } = await statfs(folder);
    const bytes = bavail * bsize;
    const detail = `${(bytes / 2 ** 30).toFixed(1)} GiB for the cache (${folder})`;
    if (bytes >= ENOUGH_DISK_BYTES) return { name, status: 'ok', detail };
    const fix = 'Make room, or set CLIPSTEP_CACHE to a folder on a disk that has it.';
    return { name, status: 'optional', detail: `only ${detail}`, fix };
  } catch (error) {
    const fix = 'Set CLIPSTEP_CACHE to a folder that can be written.';
    return { name, status: 'optional', detail: `the cache cannot be written: ${messageOf(error)}`, fix };
  }
}

async function orMissing(name: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { name, status: 'ok', detail: await look() };
  } catch (error) {
    const { problem, fix } =
      error instanceof UserError
        ? error
        : { problem: messageOf(error), fix: 'Install Clipstep again: a part of it is missing or broken.' };
    return { name, status: 'missing', detail: problem, fix };
  }
}
