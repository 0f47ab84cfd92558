import { collate, type FeatureSequence } from '../inputs/batches.js';
import type { Input } from '../inputs/input-kind.js';
import { asFeatures } from '../inputs/sequence-reader.js';
import type { FramesInput } from '../inputs/video/frames-schema.js';
import { evaluationSampling } from '../inputs/video/read-clip.js';
import {
  type Clip,
  type Frame,
  type FrameRequest,
  openClip,
  type PlanChoice,
  type PlanKind,
} from '../media/frames.js';
import type { LocatedClip } from '../media/locate.js';
import { softmax } from '../tasks/classification/metrics.js';
import { concatenate } from '../tensors/tensor.js';
import type { SharedEncoder } from './shared-encoder.js';
import type { ModelThreads } from './thread/model-threads.js';

/** A model that many clips share. */
export interface SharedModel {
  readonly input: Input;
  readonly encoder: SharedEncoder;
  readonly classify: ModelThreads['classify'];
  /** As the manifest has it. */
  readonly eachFrame: boolean;
}

export interface ClipResult {
  /** What the recurrent network read: float32 [timesteps, features]. */
  readonly sequence: FeatureSequence;
  readonly frames: number;
  /** When each frame is on screen, from the clip's start; absent for a digit's rows. */
  readonly timesSeconds?: readonly number[] | undefined;
  /** Of each class, in the order of the model's labels. */
  readonly probabilities: readonly number[];
  /** The same of each frame, where the model answers each by itself. */
  readonly frameProbabilities?: ReadonlyArray<readonly number[]> | undefined;
  /** From what the model was trained on, as Classification has it. */
  readonly distance?: number | undefined;
  /** float32 [timesteps], as Classification has it. */
  readonly attention?: Float32Array | undefined;
  /** Of these frames, those that are damaged; absent where none is. */
  readonly damaged?: number | undefined;
  readonly durationSeconds: number;
  /** How a video was to be decoded; absent where nothing was. */
  readonly plan?: PlanKind | undefined;
  /**
   * Wall time in which it waited for frames, for the encoder, for the recurrent network. What computes first waits
   * for the model to be loaded, too.
   */
  readonly milliseconds: { readonly decode: number; readonly encode: number; readonly recurrent: number };
}

/** What went wrong while the model computed, as distinct from what is wrong with a clip. */
export class ComputeFailure extends Error {}

/** Frames of one clip that may wait for an encoder: four runs' worth, so that memory does not grow with clips. */
const FRAMES_AHEAD = 16;

export interface ClipPart {
  readonly located: LocatedClip;
  /** The part that is meant; the whole when absent. */
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
}

export interface ClipOptions
  extends Pick<
    FrameRequest,
    'allowDamaged' | 'decoderThreads' | 'timeoutSeconds' | 'startProgram' | 'signal'
  > {
  readonly model: SharedModel;
  readonly sampling: PlanChoice;
  /** Of the clip as the model reads it, where it is known already: nothing is then decoded. */
  readonly sequence?: FeatureSequence | null | undefined;
}

/**
 * Classifies one clip: its frames are encoded while the next ones are decoded.
 *
 * @throws UserError as openClip, and as readRows for a model that reads digits; ComputeFailure.
 */
export async function classifyClip(clip: ClipPart, options: ClipOptions): Promise<ClipResult> {
  const watch = stopwatch();
  const read = await readSequence(clip, { ...options, watch });
  const answer = await answerFeatures(read.sequence, options.model);
  watch.note('recurrent');
  return { ...read, ...answer, milliseconds: watch.times };
}

export type ClipAnswer = Pick<ClipResult, 'probabilities' | 'distance' | 'frameProbabilities' | 'attention'>;

type Answering = Pick<SharedModel, 'classify' | 'eachFrame'>;

/** What a model answers for the features of a clip. @throws ComputeFailure. */
export function answerFeatures(sequence: FeatureSequence, model: Answering): Promise<ClipAnswer> {
  return model.eachFrame ? answerFrames(sequence, model) : answerSequence(sequence, model);
}

async function answerSequence(sequence: FeatureSequence, { classify }: Answering): Promise<ClipAnswer> {
  const { logits, distances, attention } = await computed(classify(collate([sequence])));
  return { probabilities: softmax(logits), distance: distances?.[0], attention };
}

/** Each timestep as a sequence of its own; the clip's probabilities are their mean. */
async function answerFrames(
  { data, timesteps }: FeatureSequence,
  { classify }: Answering,
): Promise<ClipAnswer> {
  const parts = rowsOf(data, timesteps).map(
    (row): FeatureSequence => ({ kind: 'features', data: row, timesteps: 1 }),
  );
  const { logits } = await computed(classify(collate(parts)));
  const frameProbabilities = rowsOf(logits, timesteps).map((row) => softmax(row));
  const probabilities = frameProbabilities[0]!.map(
    (_, index) => frameProbabilities.reduce((sum, frame) => sum + frame[index]!, 0) / timesteps,
  );
  return { probabilities, frameProbabilities };
}

function rowsOf(data: Float32Array, count: number): Float32Array[] {
  const width = data.length / count;
  return Array.from({ length: count }, (_, row) => data.subarray(row * width, (row + 1) * width));
}

type Read = Pick<ClipResult, 'sequence' | 'frames' | 'damaged' | 'timesSeconds' | 'durationSeconds' | 'plan'>;

async function readSequence(clip: ClipPart, options: ClipOptions & { watch: Stopwatch }): Promise<Read> {
  const { input } = options.model;
  const { source } = input;
  if (source.kind === 'direct') {
    const path = clip.located.input;
    const sequence = await asFeatures(source.open([]))({ id: path, path }, 'evaluation');
    options.watch.note('decode');
    return { sequence, frames: 1, durationSeconds: 0 };
  }
  const opened = await openForModel(clip, { ...options, input: source.frames });
  const { durationSeconds, plan } = opened;
  const { sequence } = options;
  if (sequence) {
    options.watch.note('decode');
    return { sequence, frames: sequence.timesteps, durationSeconds };
  }
  const encoded = await encodeFrames(opened, options);
  return { ...encoded, frames: encoded.sequence.timesteps, durationSeconds, plan };
}

/** Opens a clip for the frames that the model reads. @throws UserError as openClip. */
export async function openForModel(
  { located, startSeconds, endSeconds }: ClipPart,
  options: Omit<ClipOptions, 'model'> & { input: FramesInput },
): Promise<Clip> {
  const {
    input,
    sampling: plan,
    allowDamaged,
    decoderThreads,
    timeoutSeconds,
    startProgram,
    signal,
  } = options;
  const { preprocessing, gap } = input;
  return openClip(located, {
    sampling: evaluationSampling(input.sampling),
    preprocessing,
    pairGap: gap,
    plan,
    allowDamaged,
    decoderThreads,
    timeoutSeconds,
    startProgram,
    signal,
    startSeconds,
    endSeconds,
  });
}

async function encodeFrames(
  clip: Clip,
  { model, watch }: { model: SharedModel; watch: Stopwatch },
): Promise<Pick<ClipResult, 'sequence' | 'damaged'> & { timesSeconds: number[] }> {
  // Of each frame, and of those that were given to the encoder.
  const encoding: Array<Promise<Float32Array>> = [];
  const given: Array<Promise<Float32Array>> = [];
  const timesSeconds: number[] = [];
  let damaged = 0;
  let last: Frame | undefined;
  const share = model.encoder.join();
  try {
    for await (const frame of clip.frames) {
      watch.note('decode');
      timesSeconds.push(frame.timeSeconds);
      if (frame.isDamaged) damaged += 1;
      if (last === undefined || !showsSame(last, frame)) {
        const features = computed(share.encode(frame));
        // Whoever waits for it is told; when decoding fails, nobody does.
        features.catch(() => {});
        given.push(features);
      }
      encoding.push(given.at(-1)!);
      last = frame;
      // Frames that repeat the one before wait for nothing: the encoder may be waiting for more than these.
      await given[given.length - FRAMES_AHEAD];
      watch.note('encode');
    }
  } finally {
    share.leave();
  }
  watch.note('decode');
  const data = concatenate(await Promise.all(encoding));
  watch.note('encode');
  const sequence = { kind: 'features', data, timesteps: timesSeconds.length } as const;
  return { sequence, timesSeconds, damaged: damaged || undefined };
}

/** A picture stands for all timesteps of its clip, and what stands still for many. */
function showsSame(one: Frame, other: Frame): boolean {
  if (Buffer.compare(one.pixels, other.pixels) !== 0) return false;
  if (!one.partner || !other.partner) return one.partner === other.partner;
  return Buffer.compare(one.partner, other.partner) === 0;
}

/** What the model computes, its failure told from that of a clip. @throws ComputeFailure. */
export async function computed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new ComputeFailure('The model could not compute', { cause });
  }
}

type Stopwatch = ReturnType<typeof stopwatch>;

/** Adds the time since the last note to what is named, to a tenth of a millisecond. */
function stopwatch() {
  const times = { decode: 0, encode: 0, recurrent: 0 };
  let last = performance.now();
  return {
    times,
    note: (name: keyof typeof times) => {
      const now = performance.now();
      times[name] = Math.round((times[name] + now - last) * 10) / 10;
      last = now;
    },
  };
}
