import type { Bundle, Described } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { type ErrorCode, isFailureOfInput, type UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { PlanChoice, PlanKind } from '../media/frames.js';
import { locateClip, resolveInputs } from '../media/locate.js';
import { requireCommand } from '../tasks/commands.js';
import { type ClipResult, ComputeFailure, classifyClip } from './classify-clip.js';
import { shareEncoders } from './shared-encoder.js';
import { loadedModel, type ModelThreads, startModelThreads } from './thread/model-threads.js';

export interface ClassifyOptions {
  /** Classes that a result lists; all when absent. */
  readonly top?: number | undefined;
  /** Below it, the label is `unknown`; what the model keeps when absent. In [0, 1]. */
  readonly minProbability?: number | undefined;
  /** Which frames of a video stand for those that the model samples; `quick` when absent. */
  readonly sampling?: PlanChoice | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  readonly signal?: AbortSignal | undefined;
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
  readonly plan?: PlanKind | undefined;
  readonly durationSeconds: number;
  /** Where the network attends: how much to each timestep, a weight each that sum to 1. */
  readonly attention?: readonly number[] | undefined;
  /** Beside `attention`, of a clip: when each frame is on screen, from its start. */
  readonly timesSeconds?: readonly number[] | undefined;
  /** Folder of the model. */
  readonly model: string;
  readonly engine: EngineName;
  /**
   * Wall time in which the clip waited for frames, for the encoder, for the recurrent network: frames are encoded
   * while the next ones are decoded. The first clip of `classify` waits for the model to be loaded, too.
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
  classify(input: string, options?: { signal?: AbortSignal | undefined }): Promise<Outcome>;
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
  const threads = startThread(bundle, options);
  try {
    yield* classifyOn(threads, { bundle, inputs, options });
  } finally {
    await threads.release();
  }
}

/**
 * As `classify`, on threads that the caller started and releases. The first clip is decoded while these load the
 * model.
 *
 * @throws UserError as `classify`; what keeps the model from being loaded, before there is any result.
 */
export async function* classifyOn(
  threads: ModelThreads,
  work: { bundle: Described; inputs: readonly string[]; options: ClassifyOptions },
): AsyncGenerator<Outcome, void, undefined> {
  const { bundle, inputs, options } = work;
  const classifier = classifierOn(threads, bundle, options);
  for (const resolved of await resolveInputs(inputs)) {
    const unresolved = resolved.kind === 'unresolved' && failed(resolved.input, resolved.error);
    for (const input of unresolved ? [] : await inputsIn(resolved.input, bundle)) {
      const outcome = await classifier.classify(input, options);
      await threads.loaded;
      yield outcome;
    }
    await threads.loaded;
    if (unresolved) yield unresolved;
  }
  await threads.loaded;
}

/** To a model that reads single pictures, the pictures of a sequence are inputs of their own. */
async function inputsIn(input: string, { manifest }: Described): Promise<readonly string[]> {
  if (inputOf(manifest.pipeline.input).images === 'frames') return [input];
  const located = await locateClip(input).catch(() => null);
  return located?.kind === 'images' ? located.paths : [input];
}

/** Loads a model into an engine. @throws UserError `engine_unavailable`. */
export async function openClassifier(bundle: Bundle, options: ClassifyOptions = {}): Promise<ClipClassifier> {
  const threads = startThread(bundle, options);
  try {
    await threads.loaded;
  } catch (error) {
    await threads.release();
    throw error;
  }
  return { ...classifierOn(threads, bundle, options), release: () => threads.release() };
}

/** One thread, since clips come one after the other, so that each may have all cores. */
function startThread(bundle: Bundle, { engine = 'auto' }: ClassifyOptions): ModelThreads {
  return startModelThreads({ engine, model: loadedModel(bundle) }, 1);
}

function classifierOn(
  threads: ModelThreads,
  bundle: Described,
  options: ClassifyOptions,
): Pick<ClipClassifier, 'classify'> {
  const { pipeline } = bundle.manifest;
  requireCommand('classify', { name: bundle.folder, pipeline });
  const model = {
    input: inputOf(pipeline.input),
    encoder: shareEncoders(threads),
    classify: threads.classify,
  };
  const { sampling = 'quick' } = options;
  return {
    classify: async (path, { signal } = {}) => {
      try {
        const result = await classifyClip({ located: await locateClip(path) }, { model, sampling, signal });
        return classified(result, { input: path, bundle, options, engine: (await threads.loaded).name });
      } catch (error) {
        if (error instanceof ComputeFailure) throw error.cause;
        if (!isFailureOfInput(error)) throw error;
        return failed(path, error);
      }
    },
  };
}

function classified(
  result: ClipResult,
  about: { input: string; bundle: Described; options: ClassifyOptions; engine: EngineName },
): Classified {
  const { input, bundle, options, engine } = about;
  const { labels } = bundle.manifest;
  const { minProbability = bundle.manifest.minProbability, top } = options;
  const { probabilities, attention, timesSeconds, frames, plan, durationSeconds, milliseconds } = result;
  const ranking = probabilities
    .map((probability, index) => ({ label: labels[index]!, probability }))
    .sort((first, second) => second.probability - first.probability);
  const best = ranking[0]!;
  return {
    kind: 'classified',
    input,
    label: best.probability < minProbability ? UNKNOWN : best.label,
    probability: best.probability,
    top: ranking.slice(0, top),
    frames,
    plan,
    durationSeconds,
    ...(attention && { attention: [...attention] }),
    ...(attention && timesSeconds && { timesSeconds }),
    model: bundle.folder,
    engine,
    milliseconds,
  };
}

function failed(input: string, { code, problem, fix }: UserError): Failed {
  return { kind: 'failed', input, error: { code, message: problem, fix } };
}
