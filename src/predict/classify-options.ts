import type { Manifest } from '../bundle/manifest.js';
import type { EngineName } from '../engine/engine.js';
import type { FrameRequest, PlanChoice } from '../media/frames.js';
import type { Windowing } from './batch/windows.js';
import type { Given } from './given.js';
import type { Outcome, WindowsOutcome } from './outcome.js';
import type { RemoteOptions } from './remote-clips.js';

export interface ClassifyOptions {
  /** Classes that a result lists; all when absent. */
  readonly top?: number | undefined;
  /** Below it, an answer is unknown; what the model keeps when absent. In [0, 1]. */
  readonly minProbability?: number | undefined;
  /**
   * What is farther from what the model was trained on is unknown; what the model keeps when absent. Infinity: nothing is
   * too far.
   */
  readonly maxDistance?: number | undefined;
  /** Which frames of a video stand for those that the model samples; `quick` when absent. */
  readonly sampling?: PlanChoice | undefined;
  /** Whether clips with damaged frames are classified all the same, and the result says how many these are. */
  readonly allowDamaged?: boolean | undefined;
  /** Of files of texts, for a model that reads texts; UTF-8 when absent. */
  readonly encoding?: string | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /** How inputs that are http(s) addresses are fetched; they are refused when absent. */
  readonly remote?: RemoteOptions | undefined;
  /** For the model `imagenet`: the folder of its TensorFlow.js model, in place of the one that is fetched. */
  readonly weights?: string | undefined;
  /** Called with the bytes of it that have come so far, while it is fetched. */
  readonly onReceived?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one call asks for. */
export interface CallOptions {
  /** Classes that its result lists, in place of what the model was opened with. */
  readonly top?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OpenOptions
  extends Omit<ClassifyOptions, 'signal'>,
    Pick<FrameRequest, 'decoderThreads' | 'timeoutSeconds' | 'startProgram'> {
  /**
   * Threads that compute, each with weights of its own: as many clips as there are of them go on at once. A single one
   * uses all cores, of several each uses one. 1 when absent.
   */
  readonly threads?: number | undefined;
}

/**
 * A trained model that answers for many clips, or texts. It owns threads and native memory until `release`, or until the
 * end of the block of an `await using`.
 */
export interface ClipClassifier extends AsyncDisposable {
  /** What the model says of itself. */
  readonly manifest: Manifest;
  /** What computes it, once it is loaded. @throws UserError `engine_unavailable`, or as loadBundle. */
  readonly loaded: Promise<{ readonly name: EngineName }>;
  /**
   * Classifies one file, frame folder or pattern, or one text. A clip that cannot be read is a result too. The first ones are decoded
   * while the model is still loaded, for which their results wait.
   *
   * @throws UserError as `loaded`; `aborted`. TypeError for what is neither a path nor a text, such as a Buffer.
   */
  classify(input: Given, options?: CallOptions): Promise<Outcome>;
  /**
   * As `classify`, but window by window.
   *
   * @throws UserError as `classify`; `usage` for a model that reads single pictures or texts, which have no windows.
   */
  classifyWindows(input: Given, options: CallOptions & { windowing: Windowing }): Promise<WindowsOutcome>;
  /** As `classify`, on the model that is open. */
  classifyAll(
    inputs: readonly Given[],
    options?: { signal?: AbortSignal | undefined },
  ): AsyncGenerator<Outcome, void, undefined>;
  /** Ends the threads and frees the memory. Calls that are under way must have ended. */
  release(): Promise<void>;
}
