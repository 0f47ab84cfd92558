// The model of this page, which computes in a worker.
import { signal } from '@preact/signals';
import {
  type AnswerFields,
  answerFields,
  answerOf as judge,
  type RankedClass,
  rankClasses,
} from '../../tasks/classification/answer.js';
import type { WebModel, WebRuntime } from '../web-model.js';
import type { NextFrame, WorkerAnswer, WorkerReply, WorkerRequest } from './worker-messages.js';

declare global {
  /** Of model.js and runtime.js, which index.html loads first. */
  var clipstepModel: WebModel;
  var clipstepRuntime: WebRuntime;
}

export const model = globalThis.clipstepModel;

export type ModelState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly problem: string };

export const modelState = signal<ModelState>({ kind: 'loading' });

let worker: Worker;
const waiting: Array<(reply: WorkerReply) => void> = [];

/** Starts the worker and loads the model into it. */
export async function loadModel(): Promise<void> {
  const { worker: text, wasm } = globalThis.clipstepRuntime;
  // From text, since a page that was opened from a disk may load no worker from there.
  const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  worker = new Worker(address);
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerReply>) => waiting.shift()?.(data));
  worker.addEventListener('error', ({ message }) => {
    const problem = message || 'This browser runs no such worker.';
    for (const settle of waiting.splice(0)) settle({ kind: 'failed', problem });
  });
  try {
    await ask({ kind: 'load', wasm, model });
    modelState.value = { kind: 'ready' };
  } catch (error) {
    modelState.value = { kind: 'failed', problem: messageOf(error) };
  } finally {
    URL.revokeObjectURL(address);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @throws Error with what the worker says. */
async function ask(request: WorkerRequest): Promise<WorkerAnswer | null> {
  const pictures = request.kind === 'frame' ? [request.picture, request.partner] : [];
  const reply = await new Promise<WorkerReply>((resolve) => {
    waiting.push(resolve);
    worker.postMessage(request, { transfer: pictures.filter((picture) => picture !== null) });
  });
  if (reply.kind === 'failed') throw new Error(reply.problem);
  return reply.answer;
}

let films = 0;

/** A frame, and the later one that it is compared with, where the network compares frames. */
export type FrameOfClip = Pick<NextFrame, 'picture' | 'partner'>;

/** Frames on their way to the network; the worker keeps the last of them. */
export interface OpenFilm {
  /** Hands over the next frame. */
  add(frame: FrameOfClip): Promise<void>;
  classify(): Promise<WorkerAnswer>;
  close(): Promise<void>;
}

/** @param most frames that are kept. */
export function openFilm(most: number): OpenFilm {
  const film = ++films;
  return {
    add: async ({ picture, partner }) => {
      await ask({ kind: 'frame', film, picture, partner, most });
    },
    classify: async () => (await ask({ kind: 'classify', film }))!, // only other requests have none
    close: async () => {
      await ask({ kind: 'close', film });
    },
  };
}

export interface Answer extends AnswerFields {
  /** All classes, the most probable first. */
  readonly top: readonly RankedClass[];
  readonly frames: number;
  readonly milliseconds: number;
}

export function answerOf({ probabilities, distance, frames, milliseconds }: WorkerAnswer): Answer {
  const top = rankClasses(probabilities, model.labels);
  const limits = { minProbability: model.minProbability, maxDistance: model.known?.maxDistance };
  const best = top[0]!; // a model has two labels or more
  return { ...answerFields(judge({ best, distance }, limits)), top, frames, milliseconds };
}
