import { performance } from 'node:perf_hooks';
import type { Bundle } from '../bundle/bundle.js';
import { collate, type FeatureSequence } from '../data/batches.js';
import type { EngineName, FrameEncoder, SequenceClassifier } from '../engine/engine.js';
import { loadClassifiers, loadEncoders } from '../engine/members.js';
import { selectEngine } from '../engine/select.js';
import { type ErrorCode, isFailureOfInput, type UserError } from '../errors.js';
import type { PlanChoice, PlanKind } from '../media/frames.js';
import { locateClip, resolveInputs } from '../media/inputs.js';
import { softmax } from './evaluate/metrics.js';
import { evaluationSampling, readClip } from './read-clip.js';

export interface ClassifyOptions {
  /** Classes that a result lists; all when absent. */
  readonly top?: number;
  /** Below it, the label is `unknown`; what the model keeps when absent. In [0, 1]. */
  readonly minProbability?: number;
  /** Which frames of a video stand for those that the model samples; `quick` when absent. */
  readonly sampling?: PlanChoice;
  readonly engine?: 'auto' | EngineName;
  readonly signal?: AbortSignal;
}

/** The label of a clip whose most probable class is not probable enough. */
export const UNKNOWN = 'unknown';

/** What was found out about one input. */
export type Outcome = Classified | Failed;

export interface Classified {
  readonly kind: 'classified';
  readonly input: string;
  /** The most probable class, or `unknown` when its probability is too low. */
  readonly label: string;
  /** Of the most probable class, in [0, 1]. */
  readonly probability: number;
  /** The most probable classes, falling. */
  readonly top: ReadonlyArray<{ readonly label: string; readonly probability: number }>;
  /** Frames that the network read. */
  readonly frames: number;
  /** Of a video: how it was decoded, `whole`, `excerpt` or `seeks` for the frames that the model samples, otherwise for neighbours. */
  readonly plan?: PlanKind;
  readonly durationSeconds: number;
  /** Where the network attends: how much to each timestep, a weight each that sum to 1. */
  readonly attention?: readonly number[];
  /** Beside `attention`, of a clip: when each frame is on screen, from its start. */
  readonly timesSeconds?: readonly number[];
  /** Folder of the model. */
  readonly model: string;
  readonly engine: EngineName;
  /**
   * Wall time of each step: opening and decoding, the encoder, the recurrent network. The first clip that `classify`
   * decodes shares the processor with the model that is being loaded; waiting for that is in none of them.
   */
  readonly milliseconds: { readonly decode: number; readonly encode: number; readonly recurrent: number };
}

export interface Failed {
  readonly kind: 'failed';
  readonly input: string;
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly fix: string };
}

/** A trained model that is loaded into an engine, for many clips. Owns native memory until `release`. */
export interface ClipClassifier {
  /** Classifies one file, frame folder or pattern. A clip that cannot be read is a result too. */
  classify(input: string, options?: { signal?: AbortSignal }): Promise<Outcome>;
  release(): Promise<void>;
}

/**
 * Classifies files, frame folders, folders of clips, globs and `%04d` patterns, in the order given; for a model
 * of single pictures, each picture of a folder or pattern by itself.
 * Each result comes as soon as it is there; an input that cannot be read yields a `failed` one.
 *
 * @throws UserError `engine_unavailable`, or `aborted` when the signal is.
 */
export async function* classify(
  bundle: Bundle,
  inputs: readonly string[],
  options: ClassifyOptions = {},
): AsyncGenerator<Outcome, void, undefined> {
  // Not waited for: the first clip is decoded while the model is loaded.
  const classifier = startClassifier(bundle, options);
  try {
    for (const resolved of await resolveInputs(inputs)) {
      if (resolved.kind === 'unresolved') yield failed(resolved.input, resolved.error);
      else {
        for (const input of await inputsIn(resolved.input, bundle)) {
          yield await classifier.classify(input, options);
        }
      }
    }
    await classifier.loaded;
  } finally {
    await classifier.release();
  }
}

/** To a model that reads single pictures, the pictures of a sequence are inputs of their own. */
async function inputsIn(input: string, { manifest }: Bundle): Promise<readonly string[]> {
  if (manifest.pipeline.input.kind === 'frames') return [input];
  const located = await locateClip(input).catch(() => null);
  return located?.kind === 'images' ? located.paths : [input];
}

/** Loads a model into an engine. @throws UserError `engine_unavailable`. */
export async function openClassifier(bundle: Bundle, options: ClassifyOptions = {}): Promise<ClipClassifier> {
  const classifier = startClassifier(bundle, options);
  await classifier.loaded;
  return classifier;
}

/** As openClassifier, of which `loaded` is to be waited for, or to be released: a clip can be read meanwhile. */
function startClassifier(
  bundle: Bundle,
  options: ClassifyOptions,
): ClipClassifier & { loaded: Promise<unknown> } {
  const loaded = load(bundle, options.engine ?? 'auto');
  // Who classifies or waits hears of it.
  loaded.catch(() => {});
  const minProbability = options.minProbability ?? bundle.manifest.minProbability;
  const sampling = options.sampling ?? 'quick';
  return {
    loaded,
    classify: async (input, { signal } = {}) => {
      try {
        return await classifyClip(
          { bundle, loaded, minProbability, sampling, top: options.top },
          input,
          signal,
        );
      } catch (error) {
        if (!isFailureOfInput(error)) throw error;
        return failed(input, error);
      }
    },
    release: async () => {
      const model = await loaded.catch(() => null);
      await model?.encoder?.release();
      await model?.recurrent.release();
    },
  };
}

async function load({ networks, members, manifest }: Bundle, requested: 'auto' | EngineName): Promise<Model> {
  const { engine } = await selectEngine(requested);
  const encoder = networks.encoder && (await loadEncoders(engine, { networks, members }));
  const { temperature } = manifest;
  const recurrent = await loadClassifiers(engine, { networks, members, temperature });
  return { engine: engine.name, encoder, recurrent };
}

interface Model {
  readonly engine: EngineName;
  /** Null for a model that reads pictures of digits row by row. */
  readonly encoder: FrameEncoder | null;
  readonly recurrent: SequenceClassifier;
}

interface Loading {
  readonly bundle: Bundle;
  readonly loaded: Promise<Model>;
  readonly top: number | undefined;
  readonly sampling: PlanChoice;
  readonly minProbability: number;
}

async function classifyClip(loading: Loading, input: string, signal?: AbortSignal): Promise<Classified> {
  const { bundle, top, minProbability } = loading;
  const { labels } = bundle.manifest;
  const { sequence, ...read } = await readInput(loading, input, signal);
  const { engine, recurrent } = await loading.loaded;
  const started = performance.now();
  const { logits, attention } = await recurrent.classify(collate([sequence]));
  const finished = performance.now();
  const ranking = softmax(logits)
    .map((probability, index) => ({ label: labels[index]!, probability }))
    .sort((first, second) => second.probability - first.probability);
  const best = ranking[0]!;
  return {
    kind: 'classified',
    input,
    label: best.probability < minProbability ? UNKNOWN : best.label,
    probability: best.probability,
    top: ranking.slice(0, top),
    frames: read.frames,
    ...(read.plan && { plan: read.plan }),
    durationSeconds: read.durationSeconds,
    ...(attention && { attention: [...attention] }),
    ...(attention && read.timesSeconds && { timesSeconds: read.timesSeconds }),
    model: bundle.folder,
    engine,
    milliseconds: { ...read.milliseconds, recurrent: finished - started },
  };
}

/** What the recurrent network is to read, and what is told of where it came from. */
interface InputSequence {
  readonly sequence: FeatureSequence;
  readonly frames: number;
  /** Absent for a digit's rows. */
  readonly timesSeconds?: readonly number[];
  readonly durationSeconds: number;
  readonly plan?: PlanKind;
  readonly milliseconds: { readonly decode: number; readonly encode: number };
}

async function readInput(
  { bundle, loaded, sampling: plan }: Loading,
  path: string,
  signal?: AbortSignal,
): Promise<InputSequence> {
  const { input } = bundle.manifest.pipeline;
  const started = performance.now();
  if (input.kind === 'rows') {
    const { readRows } = await import('../data/mnist/rows.js');
    const sequence = await readRows({ path });
    const milliseconds = { decode: performance.now() - started, encode: 0 };
    return { sequence, frames: 1, durationSeconds: 0, milliseconds };
  }
  const sampling = evaluationSampling(input.sampling);
  const clip = await readClip(path, { input, sampling, plan, ...(signal && { signal }) });
  const decoded = performance.now();
  const { encoder } = await loaded;
  if (!encoder) throw new Error(`${bundle.folder} reads frames but has no encoder`);
  const loadedAt = performance.now();
  const data = await encoder.encode(clip.pixels);
  return {
    sequence: { kind: 'features', data, timesteps: clip.timesteps },
    frames: clip.timesteps,
    timesSeconds: clip.timesSeconds,
    durationSeconds: clip.durationSeconds,
    ...(clip.plan && { plan: clip.plan }),
    milliseconds: { decode: decoded - started, encode: performance.now() - loadedAt },
  };
}

function failed(input: string, { code, problem, fix }: UserError): Failed {
  return { kind: 'failed', input, error: { code, message: problem, fix } };
}
