import type { Bundle } from '../bundle/bundle.js';
import { badDataset } from '../datasets/found.js';
import { type ManifestClip, readManifest } from '../datasets/scan-manifest.js';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import { concurrently } from '../platform/concurrently.js';
import { stopIfAborted } from '../platform/stop-if-aborted.js';
import { withoutWindows } from '../predict/batch/classify-windows.js';
import type { Windowing } from '../predict/batch/windows.js';
import type { ClipClassifier } from '../predict/classify-options.js';
import { openByInput } from '../predict/open-by-input.js';
import { loadedModel } from '../predict/thread/loaded-model.js';
import { startModelThreads } from '../predict/thread/model-threads.js';
import {
  type FoundInterval,
  type IntervalFigures,
  type LabelledInterval,
  measureIntervals,
} from '../tasks/classification/interval-metrics.js';
import { requireTask } from '../tasks/commands.js';
import type { EvaluationEvent } from './evaluation-event.js';
import { gatherSkipped, type SkippedClip } from './skipped-clips.js';

export interface EvaluateIntervalsOptions {
  /**
   * Manifest (CSV) of labelled intervals: path of the video, label, start and end, a row each; of a video that shows nothing
   * of all that, its path alone.
   */
  readonly intervals: string;
  readonly windowing: Windowing;
  /** Below it nothing is found; the model's own threshold when absent. */
  readonly minProbability?: number | undefined;
  readonly maxDistance?: number | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: EvaluationEvent) => void) | undefined;
}

export interface IntervalEvaluation {
  /** Those that could be read. */
  readonly videos: number;
  readonly labelled: number;
  readonly found: readonly FoundInterval[];
  /** At rising overlaps. */
  readonly figures: readonly IntervalFigures[];
  /** Videos that could not be read: their intervals do not count. */
  readonly skipped: readonly SkippedClip[];
}

/**
 * Says how well a model finds when something begins and ends in long videos: the segments of its windows, held against
 * labelled intervals.
 *
 * @throws UserError `bad_dataset` for a manifest that does not fit the model, `usage` for a model without windows,
 *   `unreadable` where no video can be read, `engine_unavailable`, `aborted`.
 */
export async function evaluateIntervals(
  bundle: Bundle,
  options: EvaluateIntervalsOptions,
): Promise<IntervalEvaluation> {
  const { intervals: path, engine = 'auto', minProbability, maxDistance, signal } = options;
  const { pipeline } = bundle.manifest;
  requireTask('classification', { name: bundle.folder, pipeline, to: 'evaluate' });
  const { source, noun } = inputOf(pipeline.input);
  if (source.kind === 'direct') throw withoutWindows(bundle.folder, noun);
  const videos = await readVideos(path, bundle.manifest.labels);
  const { skipped, onEvent } = gatherSkipped(options.onEvent);
  const threads = startModelThreads({ engine, model: loadedModel(bundle) }, 1);
  const opened = { engine, minProbability, maxDistance, sampling: 'exact' } as const;
  const classifier = openByInput(threads, { bundle, options: opened });
  try {
    let done = 0;
    const found = await concurrently([...videos.keys()], async (video) => {
      stopIfAborted(signal, 'videos were searched');
      const intervals = await findIntervals(video, { classifier, options, onSkipped: onEvent });
      onEvent({ kind: 'reading', what: 'test', done: ++done, total: videos.size });
      return intervals;
    });
    return figuresOf({ path, videos, found }, skipped);
  } finally {
    await classifier.release();
  }
}

/** The labelled intervals of each video, by its path. */
async function readVideos(path: string, labels: readonly string[]): Promise<Map<string, LabelledInterval[]>> {
  const videos = new Map<string, LabelledInterval[]>();
  for await (const row of readManifest({ path })) {
    const intervals = videos.get(row.path) ?? [];
    videos.set(row.path, intervals);
    const interval = intervalOf(row, { path, labels });
    if (interval) intervals.push(interval);
  }
  if ([...videos.values()].every((intervals) => intervals.length === 0)) {
    throw badDataset(`${path} has no labelled interval.`, COLUMNS);
  }
  return videos;
}

const COLUMNS = 'Give a row for each interval: path, label, start and end (seconds or hh:mm:ss).';

function intervalOf(
  { id, path: video, address, label, startSeconds, endSeconds }: ManifestClip,
  { path, labels }: { path: string; labels: readonly string[] },
): LabelledInterval | null {
  if (address !== undefined) {
    throw badDataset(`${path} names ${video}, which is an address.`, 'Download the videos first.');
  }
  if (label === undefined && startSeconds === undefined && endSeconds === undefined) return null;
  if (label === undefined || startSeconds === undefined || endSeconds === undefined) {
    throw badDataset(`${path} has a row with a part of what makes an interval: ${id}.`, COLUMNS);
  }
  if (labels.includes(label)) return { video, label, startSeconds, endSeconds };
  throw badDataset(
    `${path} labels ${id} as ${label}, which is none of the model's classes: ${labels.join(', ')}.`,
    'Leave such intervals out, or give a model that knows the class.',
  );
}

/** Those that the model finds in a video; null where it cannot be read. */
async function findIntervals(
  video: string,
  run: {
    classifier: ClipClassifier;
    options: EvaluateIntervalsOptions;
    onSkipped: (event: EvaluationEvent) => void;
  },
): Promise<FoundInterval[] | null> {
  const { windowing, signal } = run.options;
  const outcome = await run.classifier.classifyWindows(video, { windowing, signal });
  if (outcome.kind === 'windows') return outcome.segments.map((segment) => ({ video, ...segment }));
  run.onSkipped({ kind: 'skipped', path: video, problem: outcome.error.message });
  return null;
}

function figuresOf(
  read: {
    path: string;
    videos: ReadonlyMap<string, readonly LabelledInterval[]>;
    found: ReadonlyArray<readonly FoundInterval[] | null>;
  },
  skipped: readonly SkippedClip[],
): IntervalEvaluation {
  const readable = [...read.videos.values()].filter((_, index) => read.found[index] !== null);
  const labelled = readable.flat();
  if (labelled.length === 0) {
    throw new UserError('unreadable', {
      problem: `None of the videos with intervals that ${read.path} names can be read. ${skipped[0]?.problem ?? ''}`,
      fix: 'See whether they are there; paths are relative to the manifest.',
    });
  }
  const found = read.found.flatMap((intervals) => intervals ?? []);
  const figures = measureIntervals(labelled, found);
  return { videos: readable.length, labelled: labelled.length, found, figures, skipped };
}
