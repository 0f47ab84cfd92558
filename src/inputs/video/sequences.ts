import { createHash } from 'node:crypto';
import { augmentPicture } from '../../media/augment-picture.js';
import { SCENE_STATISTICS, scenesOf } from '../../media/scene-statistics.js';
import type { StartProgram } from '../../platform/child-process/program.js';
import { joinColumns } from '../../tensors/columns.js';
import type { FeatureSequence, FrameSequence } from '../batches.js';
import { digitFrame } from '../digits/digit-frame.js';
import { type Cache, contentDigest } from '../feature-cache.js';
import type { ReadableExample, SequenceReader, View } from '../sequence-reader.js';
import type { FramesInput } from './frames-schema.js';
import { readClip } from './read-clip.js';
import { clipView, type ViewSource } from './view.js';

/** Its `seed` draws the views. */
interface ReaderOptions extends ViewSource {
  readonly cache: Cache;
  /** Starts ffmpeg; this process does when absent. */
  readonly startProgram?: StartProgram | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Examples as frames: uint8 RGB [timesteps x streams, size, size, 3]. Frames of a picture at hand are not worth a file. */
export function frameReader(options: ReaderOptions): SequenceReader<FrameSequence> {
  const keep = keeper(options, { what: FRAMES, keyOf: keyMaker(options) });
  const timestepBytes = options.input.streams.length * options.input.preprocessing.size ** 2 * 3;
  return async (example, view) => {
    const read = async () => asBytes(await readPictures(example, { ...options, view }));
    const bytes = example.image ? await read() : await keep(example, view, read);
    const { pictures: data, timesteps } = asPictures(bytes, timestepBytes);
    return { kind: 'frames', data, timesteps };
  };
}

const FRAMES = { kind: 'frames and scenes' };

const SCENE_BYTES = 4 * SCENE_STATISTICS;

/** What is kept of frames: the pictures of all timesteps, then the statistics of each one's frame. */
interface Pictures {
  readonly timesteps: number;
  /** uint8 RGB [timesteps x streams, size, size, 3]. */
  readonly pictures: Uint8Array;
  /** float32 [timesteps, SCENE_STATISTICS]. */
  readonly scenes: Float32Array;
}

const asBytes = ({ pictures, scenes }: Pictures): Uint8Array =>
  Buffer.concat([pictures, new Uint8Array(scenes.buffer, scenes.byteOffset, scenes.byteLength)]);

function asPictures(bytes: Uint8Array, timestepBytes: number): Pictures {
  const timesteps = bytes.length / (timestepBytes + SCENE_BYTES);
  const end = timesteps * timestepBytes;
  // A copy: float32 must begin at a multiple of 4.
  const scenes = new Float32Array(new Uint8Array(bytes.subarray(end)).buffer);
  return { pictures: bytes.subarray(0, end), scenes, timesteps };
}

export interface PictureEncoder {
  /** uint8 RGB [pictures, size, size, 3] to float32 [pictures, featureCount]. */
  readonly encode: (pictures: Uint8Array) => Promise<Float32Array>;
  /** Features of all pictures of a timestep. */
  readonly width: number;
  /** Tells its features apart from another encoder's: network, weights and engine. */
  readonly identity: string;
}

/**
 * Examples as features: float32 [timesteps, width + SCENE_STATISTICS], those of all pictures of a timestep and the statistics of
 * its frame. Where an encoder was trained on the frames, these are in the cache and no clip is decoded again.
 */
export function featureReader(options: ReaderOptions & PictureEncoder): SequenceReader<FeatureSequence> {
  const keyOf = keyMaker(options);
  const keep = keeper(options, { what: featuresOf(options), keyOf });
  const frames = keptFrames(options, keyOf);
  return async (example, view) => {
    const bytes = await keep(example, view, async () => {
      const { pictures, scenes, timesteps } =
        (await frames(example, view)) ?? (await readPictures(example, { ...options, view }));
      const features = joinColumns([await options.encode(pictures), scenes], timesteps);
      return new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    });
    return asSequence(bytes, options);
  };
}

/**
 * Reads features that a featureReader has kept, of clips as they are evaluated; null where it has kept none.
 * @param content sha256 (hex) of the clip's file.
 */
export type KeptFeatures = (clip: ReadableExample, content: string) => Promise<FeatureSequence | null>;

/** As featureReader, of what is kept alone: nothing is decoded. */
export function keptFeatures(
  options: Pick<PictureEncoder, 'identity' | 'width'> & { input: FramesInput; cache: Cache },
): KeptFeatures {
  const source = { input: options.input, seed: 0 };
  return async (clip, content) => {
    const key = { ...featuresOf(options), ...viewKey(source, clip, { content, view: 'evaluation' }) };
    const bytes = await options.cache.peek(key);
    return bytes && asSequence(bytes, options);
  };
}

const featuresOf = ({ identity }: Pick<PictureEncoder, 'identity'>) => ({
  kind: 'features and scenes',
  encoder: identity,
});

function asSequence(bytes: Uint8Array, { width }: Pick<PictureEncoder, 'width'>): FeatureSequence {
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return { kind: 'features', data, timesteps: data.length / (width + SCENE_STATISTICS) };
}

/**
 * Reads each sequence once and keeps it in memory, as long as there is room; the others are read again. What is
 * kept is handed out to every caller, for reading only.
 */
export function inMemory(
  read: SequenceReader<FeatureSequence>,
  maxBytes: number,
): SequenceReader<FeatureSequence> {
  const kept = new Map<string, FeatureSequence>();
  let bytes = 0;
  return async (example, view) => {
    const name = JSON.stringify([example.id, view]);
    const known = kept.get(name);
    if (known) return known;
    const sequence = await read(example, view);
    if (bytes + sequence.data.byteLength <= maxBytes && !kept.has(name)) {
      kept.set(name, sequence);
      bytes += sequence.data.byteLength;
    }
    return sequence;
  };
}

/** Frames that frameReader has kept, of all streams at once or of each by itself; null where some are not kept. */
function keptFrames(
  { input, cache }: ReaderOptions,
  keyOf: KeyOf,
): (example: ReadableExample, view: View) => Promise<Pictures | null> {
  const pictureBytes = input.preprocessing.size ** 2 * 3;
  const peek = async (example: ReadableExample, view: View, streams: FramesInput['streams']) => {
    const bytes = await cache.peek({ ...FRAMES, ...(await keyOf(example, view)), streams });
    return bytes && asPictures(bytes, streams.length * pictureBytes);
  };
  return async (example, view) => {
    if (example.image) return null;
    const whole = await peek(example, view, input.streams);
    if (whole || input.streams.length === 1) return whole;
    const parts: Pictures[] = [];
    for (const stream of input.streams) {
      const part = await peek(example, view, [stream]);
      if (!part) return null;
      parts.push(part);
    }
    const { scenes, timesteps } = parts[0]!;
    const ofStreams = parts.map(({ pictures }) => pictures);
    return { pictures: joinColumns(ofStreams, timesteps), scenes, timesteps };
  };
}

async function readPictures(
  example: ReadableExample,
  options: ReaderOptions & { view: View },
): Promise<Pictures> {
  const { input, view, startProgram, signal } = options;
  const wanted = clipView(options, example, view);
  if (example.image) {
    const { preprocessing } = input;
    const { size } = preprocessing;
    const pictures = augmentPicture(digitFrame(example.image, preprocessing), size, wanted.picture ?? {});
    return { pictures, scenes: scenesOf(pictures, size), timesteps: 1 };
  }
  const { startSeconds, endSeconds } = example;
  const { pixels, scenes, timesteps } = await readClip(example.path, {
    input,
    ...wanted,
    startSeconds,
    endSeconds,
    startProgram,
    signal,
  });
  return { pictures: pixels, scenes, timesteps };
}

type Keep = (example: ReadableExample, view: View, compute: () => Promise<Uint8Array>) => Promise<Uint8Array>;

type KeyOf = (example: ReadableExample, view: View) => Promise<object>;

/** Keeps in the cache what was computed. */
function keeper(options: ReaderOptions, { what, keyOf }: { what: object; keyOf: KeyOf }): Keep {
  return async (example, view, compute) =>
    options.cache.get({ ...what, ...(await keyOf(example, view)) }, compute);
}

/** All that a sequence of frames depends on. A file's content is digested once in a reader's life. */
function keyMaker(source: ViewSource): KeyOf {
  const digests = new Map<string, Promise<string>>();
  const contentOf = async ({ image, path }: ReadableExample): Promise<string> => {
    if (image) return createHash('sha256').update(image).digest('hex');
    const digest = digests.get(path) ?? contentDigest(path);
    digests.set(path, digest);
    return digest;
  };
  return async (example, view) => viewKey(source, example, { content: await contentOf(example), view });
}

function viewKey(
  source: ViewSource,
  example: ReadableExample,
  { content, view }: { content: string; view: View },
): object {
  const { preprocessing, streams, gap } = source.input;
  const { startSeconds, endSeconds } = example;
  return {
    content,
    preprocessing,
    streams,
    gap,
    ...clipView(source, example, view),
    startSeconds,
    endSeconds,
  };
}
