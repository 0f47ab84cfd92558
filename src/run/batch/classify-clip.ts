import type { FramesInput, Pipeline } from '../../config.js';
import { collate, type FeatureSequence } from '../../data/batches.js';
import { readRows } from '../../data/mnist/rows.js';
import type { ModelThreads } from '../../engine/thread/model-threads.js';
import type { Clip, FrameRequest, PlanChoice, PlanKind } from '../../media/frames.js';
import type { ClipLocation } from '../../media/inputs.js';
import { concatenate } from '../../tensors/tensor.js';
import { softmax } from '../evaluate/metrics.js';
import { evaluationSampling, picturesOf } from '../read-clip.js';
import type { BatchClip } from './find-clips.js';
import type { SharedEncoder } from './shared-encoder.js';

/** A model that many clips share. */
export interface SharedModel {
  readonly input: Pipeline['input'];
  readonly encoder: SharedEncoder;
  readonly classify: ModelThreads['classify'];
}

export interface ClipResult {
  /** What the recurrent network read: float32 [timesteps, features]. */
  readonly sequence: FeatureSequence;
  readonly frames: number;
  /** Of each class, in the order of the model's labels. */
  readonly probabilities: readonly number[];
  readonly durationSeconds: number;
  /** How a video was to be decoded. */
  readonly plan?: PlanKind;
  /** Wall time in which it waited for frames, for the encoder, for the recurrent network. */
  readonly milliseconds: { readonly decode: number; readonly encode: number; readonly recurrent: number };
}

/** What went wrong while the model computed, as distinct from what is wrong with a clip. */
export class ComputeFailure extends Error {}

/** Pictures of one clip that may wait for an encoder: four runs' worth, so that memory does not grow with clips. */
const PICTURES_AHEAD = 16;

export interface LocatedClip {
  readonly clip: BatchClip;
  readonly location: ClipLocation;
}

export interface OpenableClip {
  readonly clip: BatchClip;
  /** As clipOpener gives it, so that the windows of a clip share what was found out about it. */
  readonly open: (request: FrameRequest) => Promise<Clip>;
}

export interface ClassifyOptions {
  readonly model: SharedModel;
  readonly sampling: PlanChoice;
  /** With several clips under way, each has its share of the cores. */
  readonly decoderThreads: number;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Classifies one clip: its frames are encoded while the next ones are decoded.
 *
 * @throws UserError as openClip, and as readRows for a model that reads digits; ComputeFailure.
 */
export async function classifyClip(openable: OpenableClip, options: ClassifyOptions): Promise<ClipResult> {
  const watch = stopwatch();
  const read = await readSequence(openable, { ...options, watch });
  const { logits } = await computed(options.model.classify(collate([read.sequence])));
  watch.note('recurrent');
  return { ...read, probabilities: softmax(logits), milliseconds: watch.times };
}

type Read = Pick<ClipResult, 'sequence' | 'frames' | 'durationSeconds' | 'plan'>;

async function readSequence(
  { clip, open }: OpenableClip,
  options: ClassifyOptions & { watch: Stopwatch },
): Promise<Read> {
  const { input } = options.model;
  if (input.kind === 'rows') {
    const sequence = await readRows({ path: clip.path });
    options.watch.note('decode');
    return { sequence, frames: 1, durationSeconds: 0 };
  }
  const opened = await openForModel({ clip, open }, { ...options, input });
  const sequence = await encodeFrames(opened, { ...options, input });
  const { durationSeconds, plan } = opened;
  return { sequence, frames: sequence.timesteps, durationSeconds, ...(plan && { plan }) };
}

/** Opens a clip for the frames that the model reads. @throws UserError as openClip. */
export async function openForModel(
  { clip, open }: OpenableClip,
  options: Omit<ClassifyOptions, 'model'> & { input: FramesInput },
): Promise<Clip> {
  const { input, decoderThreads, timeoutSeconds, signal } = options;
  const { startSeconds, endSeconds } = clip;
  const { preprocessing, gap } = input;
  const details = {
    ...(startSeconds !== undefined && { startSeconds }),
    ...(endSeconds !== undefined && { endSeconds }),
    ...(gap && { pairGap: gap }),
  };
  const sampling = evaluationSampling(input.sampling);
  return open({
    ...{ sampling, preprocessing, decoderThreads, timeoutSeconds, signal, plan: options.sampling },
    ...details,
  });
}

async function encodeFrames(
  clip: Clip,
  { model, input, watch }: { model: SharedModel; input: FramesInput; watch: Stopwatch },
): Promise<FeatureSequence> {
  const encoding: Array<Promise<Float32Array>> = [];
  for await (const frame of clip.frames) {
    watch.note('decode');
    for (const picture of picturesOf(frame, input)) {
      const features = computed(model.encoder.encode(picture));
      // Whoever waits for it is told; when decoding fails, nobody does.
      features.catch(() => {});
      encoding.push(features);
    }
    await encoding[encoding.length - PICTURES_AHEAD];
    watch.note('encode');
  }
  watch.note('decode');
  const data = concatenate(await Promise.all(encoding));
  watch.note('encode');
  return { kind: 'features', data, timesteps: encoding.length / input.streams.length };
}

async function computed<T>(work: Promise<T>): Promise<T> {
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
