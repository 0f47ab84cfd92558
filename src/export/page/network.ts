import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { flowImage } from '../../media/flow-image.js';
import { scenesOf } from '../../media/scene-statistics.js';
import type { WebModel } from '../web-model.js';
import { type MeasureDistance, openKnown } from './clip-distance.js';
import { framePixels, joinPictures } from './pixels.js';
import type { NextFrame, WorkerAnswer } from './worker-messages.js';

/** A model in onnxruntime, and the films that it is shown. */
export interface Network {
  add(frame: NextFrame): Promise<void>;
  /** Of the kept frames of a film, at least one. */
  classify(film: number): Promise<WorkerAnswer>;
  close(film: number): void;
}

/** What the network reads of a frame, by the names of its inputs: uint8 [size, size, 3] each. */
type Pictures = Readonly<Record<string, Uint8Array>>;

interface Film {
  readonly pictures: readonly Pictures[];
  /** That was spent on them since they were classified last. */
  readonly milliseconds: number;
}

interface Sessions {
  readonly resizing: InferenceSession;
  readonly network: InferenceSession;
  /** Null where the model calls nothing unlike what it was trained on. */
  readonly distanceOf: MeasureDistance | null;
}

/** @param given.wasm onnxruntime, packed as the model's graphs are. */
export async function openNetwork({ wasm, model }: { wasm: string; model: WebModel }): Promise<Network> {
  env.wasm.wasmBinary = await unpacked(wasm);
  // More threads need headers that only some servers send.
  env.wasm.numThreads = 1;
  const open = async (text: string) => InferenceSession.create(new Uint8Array(await unpacked(text)));
  const sessions: Sessions = {
    resizing: await open(model.resizing),
    network: await open(model.network),
    distanceOf: model.known && openKnown(new TextDecoder().decode(await unpacked(model.known.tensors))),
  };
  const films = new Map<number, Film>();
  return {
    add: async ({ film, picture, partner, most }) => {
      const started = performance.now();
      const frame = await resized(picture, sessions);
      const later = partner && (await resized(partner, sessions));
      const { pictures, milliseconds } = films.get(film) ?? { pictures: [], milliseconds: 0 };
      const kept = pictures.slice(Math.max(0, pictures.length + 1 - most));
      films.set(film, {
        pictures: [...kept, picturesOf(frame, later, model)],
        milliseconds: milliseconds + performance.now() - started,
      });
    },
    classify: async (film) => {
      const { pictures, milliseconds } = films.get(film)!; // frames come first
      films.set(film, { pictures, milliseconds: 0 });
      const started = performance.now();
      const judged = await judge(pictures, { sessions, size: model.size });
      const frames = pictures.length;
      return { ...judged, frames, milliseconds: milliseconds + performance.now() - started };
    },
    close: (film) => {
      films.delete(film);
    },
  };
}

/** The bytes of base64 of gzip. */
async function unpacked(text: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

/** As the encoder reads it. The picture is closed. */
async function resized(picture: ImageBitmap, { resizing }: Sessions): Promise<Uint8Array> {
  const { pixels, width, height } = framePixels(picture);
  const frames = new Tensor('uint8', pixels, [1, height, width, 3]);
  const { pictures } = await resizing.run({ frames });
  return pictures!.data as Uint8Array; // as resizingGraph says
}

function picturesOf(frame: Uint8Array, later: Uint8Array | null, { streams, size }: WebModel): Pictures {
  const pictures: Record<string, Uint8Array> = { frames: frame };
  if (!later) return pictures;
  pictures.partners = later;
  for (const [index, { kind, gain = 1 }] of streams.entries()) {
    if (kind === 'flow') pictures[`flow_${index}`] = flowImage(frame, later, { size, gain });
  }
  return pictures;
}

async function judge(
  film: readonly Pictures[],
  { sessions, size }: { sessions: Sessions; size: number },
): Promise<Pick<WorkerAnswer, 'probabilities' | 'distance'>> {
  const { network, distanceOf } = sessions;
  const joined = (name: string) => joinPictures(film.map((pictures) => pictures[name]!));
  const feeds = network.inputNames.map((name): [string, Tensor] => [
    name,
    new Tensor('uint8', joined(name), [film.length, size, size, 3]),
  ]);
  const outputs = await network.run(Object.fromEntries(feeds));
  const valuesOf = (name: string) => outputs[name]!.data as Float32Array; // as clipGraph says
  const distance = distanceOf?.(valuesOf, scenesOf(joined('frames'), size));
  return { probabilities: [...valuesOf('probabilities')], distance };
}
