import type { Pipeline } from '../../config.js';
import { collate } from '../../data/batches.js';
import type { ModelThread } from '../../engine/thread/model-thread.js';
import { openLocated } from '../../media/frames.js';
import type { ClipLocation } from '../../media/inputs.js';
import { concatenate } from '../../tensors/tensor.js';
import { softmax } from '../metrics.js';
import { evaluationSampling } from '../sequences.js';
import type { BatchClip } from './find-clips.js';
import type { SharedEncoder } from './shared-encoder.js';

/** A model that many clips share. */
export interface SharedModel {
  readonly pipeline: Pipeline;
  readonly encoder: SharedEncoder;
  readonly classify: ModelThread['classify'];
}

export interface ClipResult {
  /** float32 [timesteps, features]. */
  readonly features: Float32Array;
  readonly timesteps: number;
  /** Of each class, in the order of the model's labels. */
  readonly probabilities: readonly number[];
  readonly durationSeconds: number;
  /** Wall time in which it waited for frames, for the encoder, for the recurrent network. */
  readonly milliseconds: { readonly decode: number; readonly encode: number; readonly recurrent: number };
}

/** What went wrong while the model computed, as distinct from what is wrong with a clip. */
export class ComputeFailure extends Error {}

/** Frames of one clip that may wait for the encoder: two runs' worth, so that memory does not grow with clips. */
const FRAMES_AHEAD = 16;

/**
 * Classifies one clip: its frames are encoded while the next ones are decoded.
 *
 * @throws UserError as openClip; ComputeFailure.
 */
export async function classifyClip(
  { clip, location }: { clip: BatchClip; location: ClipLocation },
  options: { model: SharedModel; timeoutSeconds: number; signal: AbortSignal },
): Promise<ClipResult> {
  const { model } = options;
  const { startSeconds, endSeconds } = clip;
  const watch = stopwatch();
  const opened = await openLocated(
    { input: clip.path, location },
    {
      sampling: evaluationSampling(model.pipeline.sampling),
      preprocessing: model.pipeline.preprocessing,
      timeoutSeconds: options.timeoutSeconds,
      signal: options.signal,
      ...(startSeconds !== undefined && { startSeconds }),
      ...(endSeconds !== undefined && { endSeconds }),
    },
  );
  const encoding: Array<Promise<Float32Array>> = [];
  for await (const { pixels } of opened.frames) {
    watch.note('decode');
    const features = computed(model.encoder.encode(pixels));
    // Whoever waits for it is told; when decoding fails, nobody does.
    features.catch(() => {});
    encoding.push(features);
    await encoding[encoding.length - FRAMES_AHEAD];
    watch.note('encode');
  }
  watch.note('decode');
  const features = concatenate(await Promise.all(encoding));
  watch.note('encode');
  const timesteps = encoding.length;
  const { logits } = await computed(
    model.classify(collate([{ kind: 'features', data: features, timesteps }])),
  );
  watch.note('recurrent');
  const { durationSeconds } = opened;
  return { features, timesteps, probabilities: softmax(logits), durationSeconds, milliseconds: watch.times };
}

async function computed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new ComputeFailure('The model could not compute', { cause });
  }
}

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
