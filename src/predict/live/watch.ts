import { setTimeout as sleep } from 'node:timers/promises';
import type { UserError } from '../../errors.js';
import { inputOf } from '../../inputs/input-kinds.js';
import type { FramesInput } from '../../inputs/video/frames-schema.js';
import { liveFrames } from '../../media/live/live-frames.js';
import { type LiveSource, liveSource } from '../../media/live/live-source.js';
import { isFailureOfInput } from '../../platform/failure-of-input.js';
import { requireCommand } from '../../tasks/commands.js';
import { thresholdsOf, type Windowing } from '../batch/windows.js';
import { ComputeFailure } from '../classify-clip.js';
import { FRAMES_PER_RUN } from '../encode-run.js';
import { loadedModel } from '../thread/loaded-model.js';
import { type ModelThreads, startModelThreads } from '../thread/model-threads.js';
import { LabelEvents } from './label-events.js';
import { LatestFrames } from './latest-frames.js';
import { LiveAnswers } from './live-answers.js';
import { LiveWindows } from './live-windows.js';
import type { WatchEvent, WatchOptions, WatchResult } from './watch-options.js';
import { Watching } from './watching.js';

/** As short as an action in most clips. */
export const DEFAULT_WINDOWING: Windowing = { windowSeconds: 2, strideSeconds: 0.5 };
export const DEFAULT_STALL_SECONDS = 10;
const DEFAULT_TOP = 3;
/** Less would begin a class that is more probably none. */
const LEAST_ENTER = 0.5;
/** Of what a class has to reach to begin: it is not to end and begin again with every window that wavers. */
const LEAVE_SHARE = 0.7;
const LONGEST_PAUSE_SECONDS = 30;

/**
 * Says what a live source shows while it shows it: the class of each window, and when a class begins and ends. A camera or an
 * address that breaks off is opened again, until the signal ends the watch; a pipe or a file is read to its end. Where the
 * model is slower than the frames come, the oldest are passed over.
 *
 * @throws UserError `usage` for a model that does not read frames, `not_found`, `refused`, `missing_tool`,
 *   `engine_unavailable`; `unreadable`, `timeout`, `download_failed` where the source never gives a frame.
 */
export async function watch(options: WatchOptions): Promise<WatchResult> {
  const { bundle, engine = 'auto' } = options;
  const { pipeline } = bundle.manifest;
  requireCommand('watch', { name: bundle.folder, pipeline });
  const input = inputOf(pipeline.input);
  if (input.source.kind === 'direct') throw new Error(`${input.noun} were let through`);
  const source = await liveSource(options.source, options);
  const model = startModelThreads({ engine, model: loadedModel(bundle) }, 1);
  try {
    await model.loaded;
    return await watchWith(options, { source, model, input: input.source.frames });
  } finally {
    await model.release();
  }
}

interface Parts {
  readonly source: LiveSource;
  readonly model: ModelThreads;
  readonly input: FramesInput;
}

async function watchWith(options: WatchOptions, parts: Parts): Promise<WatchResult> {
  const counts = { starts: 0, connections: 0 };
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const onEvent = (event: WatchEvent) => {
    if (event.kind === 'start') counts.starts += 1;
    if (event.kind === 'connected') counts.connections += 1;
    options.onEvent?.(event);
  };
  const run = { ...options, signal, onEvent };
  const { windowing = DEFAULT_WINDOWING } = options;
  const encoder = new LatestFrames(parts.model.encoders[0]!, {
    // Who has more to do than from one window to the next is too slow.
    capacity: LiveWindows.framesAStride(parts.input, windowing) + FRAMES_PER_RUN,
  });
  const answers = answersOf(run, parts);
  const onFailure = (error: unknown) => stop.abort(error instanceof ComputeFailure ? error.cause : error);
  await keepWatching(run, {
    ...parts,
    watching: new Watching({ input: parts.input, windowing, encoder, answers, onFailure }),
  });
  stop.signal.throwIfAborted();
  const { answered: windows, dropped: droppedWindows } = answers;
  return { ...counts, windows, droppedFrames: encoder.dropped, droppedWindows };
}

interface Run extends WatchOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent) => void;
}

function answersOf(run: Run, { model }: Parts): LiveAnswers {
  const { labels, eachFrame = false, ...kept } = run.bundle.manifest;
  const limits = {
    minProbability: run.minProbability ?? kept.minProbability,
    maxDistance: run.maxDistance ?? kept.maxDistance,
  };
  const { enter = Math.max(LEAST_ENTER, limits.minProbability), leave = LEAVE_SHARE * enter } =
    run.windowing ?? {};
  return new LiveAnswers({
    model: { classify: model.classify, eachFrame },
    labels,
    limits,
    top: run.top ?? DEFAULT_TOP,
    events: new LabelEvents(labels, thresholdsOf({ enter, leave }, limits)),
    onEvent: run.onEvent,
  });
}

/** Opens the source again and again, where it is one that does not end by itself. */
async function keepWatching(run: Run, parts: Parts & { watching: Watching }): Promise<void> {
  const { source, watching } = parts;
  const signal = run.signal;
  let failures = 0;
  for (let isFirst = true; ; isFirst = false) {
    const { frames, problem } = await follow(run, parts);
    if (signal.aborted) return watching.end('stopped');
    await watching.end(source.isEndless ? 'lost' : 'ended');
    if (problem && (!source.isEndless || FINAL.has(problem.code) || (isFirst && frames === 0))) throw problem;
    if (!source.isEndless) return;
    failures = frames > 0 ? 0 : failures + 1;
    const retrySeconds = Math.min(2 ** failures, LONGEST_PAUSE_SECONDS);
    run.onEvent({ kind: 'lost', problem, retrySeconds });
    await sleep(retrySeconds * 1000, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
  }
}

/** What does not pass. */
const FINAL: ReadonlySet<UserError['code']> = new Set(['refused', 'too_large', 'usage']);

/** Reads one connection to its end. @returns how many frames came, and why no more come. */
async function follow(
  run: Run,
  { source, input, watching }: Parts & { watching: Watching },
): Promise<{ frames: number; problem: UserError | null }> {
  const { stallSeconds = DEFAULT_STALL_SECONDS, startProgram, signal } = run;
  let frames = 0;
  try {
    const request = { preprocessing: input.preprocessing, stallSeconds, startProgram, signal };
    for await (const frame of liveFrames(source, request)) {
      if (frames++ === 0) run.onEvent({ kind: 'connected', source: source.name });
      await watching.take(frame);
    }
    return { frames, problem: null };
  } catch (error) {
    // What is stopped ends as it is; all else that is not the source's is the watch's.
    if (isFailureOfInput(error)) return { frames, problem: error };
    if (signal.aborted) return { frames, problem: null };
    throw error;
  }
}
