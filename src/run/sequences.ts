import type { FramesInput, Sampling } from '../config.js';
import type { FeatureSequence, FrameSequence, Sequence } from '../data/batches.js';
import { type Cache, contentDigest } from '../data/cache.js';
import { digitFrame } from '../data/mnist/digit-frame.js';
import type { Example } from '../data/scan.js';
import type { FrameEncoder } from '../engine/engine.js';
import { random } from '../random.js';
import { evaluationSampling, readClip } from './read-clip.js';

/**
 * How many random drawings of `segments` sampling a clip has. Epochs take them in turn, so that each is
 * decoded and encoded once.
 */
export const SEGMENT_VIEWS = 4;

/** Which frames of a clip are wanted: those of every evaluation, or one of the training's drawings. */
export type View = 'evaluation' | number;

/**
 * Reads one example of a dataset as a sequence, from the cache when it was read before.
 * It throws a UserError, a typed outcome of media/, when the clip cannot be read.
 */
export type SequenceReader<S extends Sequence = Sequence> = (example: Example, view: View) => Promise<S>;

type Drawing = Pick<ReaderOptions, 'input' | 'seed'>;

interface ReaderOptions {
  readonly input: FramesInput;
  /** Draws the frames of `segments` sampling. */
  readonly seed: number;
  readonly cache: Cache;
  readonly signal?: AbortSignal;
}

/** Examples as frames: uint8 RGB [timesteps x streams, size, size, 3]. */
export function frameReader(options: ReaderOptions): SequenceReader<FrameSequence> {
  const keep = keeper(options, { kind: 'frames' });
  const timestepBytes = options.input.streams.length * options.input.preprocessing.size ** 2 * 3;
  return async (example, view) => {
    const data = await keep(example, view, () => readPixels(example, { ...options, view }));
    return { kind: 'frames', data, timesteps: data.length / timestepBytes };
  };
}

/**
 * Examples as features: float32 [timesteps, width].
 * @param options.identity tells this encoder's features apart from another's: network, weights and engine.
 */
export function featureReader(
  options: ReaderOptions & { encoder: FrameEncoder; width: number; identity: string },
): SequenceReader<FeatureSequence> {
  const keep = keeper(options, { kind: 'features', encoder: options.identity });
  return async (example, view) => {
    const bytes = await keep(example, view, async () => {
      const features = await options.encoder.encode(await readPixels(example, { ...options, view }));
      return new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    });
    const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    return { kind: 'features', data, timesteps: data.length / options.width };
  };
}

async function readPixels(
  example: Example,
  options: Drawing & { view: View; signal?: AbortSignal },
): Promise<Uint8Array> {
  const { input, view, signal } = options;
  if (example.image) return digitFrame(example.image, input.preprocessing);
  const { sampling, seed } = drawingOf(options, example, view);
  const { startSeconds, endSeconds } = example;
  const { pixels } = await readClip(example.path, {
    input,
    sampling,
    ...(seed !== undefined && { seed }),
    ...(startSeconds !== undefined && { startSeconds }),
    ...(endSeconds !== undefined && { endSeconds }),
    ...(signal && { signal }),
  });
  return pixels;
}

type Keep = (example: Example, view: View, compute: () => Promise<Uint8Array>) => Promise<Uint8Array>;

/** What was computed from a file is kept in the cache; a picture that is at hand is not worth a file there. */
function keeper(options: ReaderOptions, what: object): Keep {
  const keyOf = keyMaker(options);
  return async (example, view, compute) =>
    example.image ? compute() : options.cache.get({ ...what, ...(await keyOf(example, view)) }, compute);
}

/** All that a sequence of frames depends on. A file's content is digested once in a reader's life. */
function keyMaker(drawing: Drawing): (example: Example, view: View) => Promise<object> {
  const digests = new Map<string, Promise<string>>();
  return async (example, view) => {
    const digest = digests.get(example.path) ?? contentDigest(example.path);
    digests.set(example.path, digest);
    const { preprocessing, streams, gap } = drawing.input;
    const { startSeconds, endSeconds } = example;
    return {
      content: await digest,
      preprocessing,
      streams,
      gap,
      ...drawingOf(drawing, example, view),
      startSeconds,
      endSeconds,
    };
  };
}

function drawingOf(
  { input: { sampling }, seed }: Drawing,
  example: Example,
  view: View,
): { sampling: Sampling; seed?: number } {
  if (sampling.kind !== 'segments' || view === 'evaluation')
    return { sampling: evaluationSampling(sampling) };
  const drawing = random(seed, 'segments', example.id, view % SEGMENT_VIEWS).integer(0, 2 ** 31);
  return { sampling, seed: drawing };
}
