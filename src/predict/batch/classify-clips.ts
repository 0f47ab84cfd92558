import { availableParallelism } from 'node:os';
import { UserError } from '../../errors.js';
import { openSequenceCache } from '../../inputs/feature-cache.js';
import { inputOf } from '../../inputs/input-kinds.js';
import { type KeptFeatures, keptFeatures } from '../../inputs/video/sequences.js';
import type { StartProgram } from '../../platform/child-process/program.js';
import { counted } from '../../platform/counted.js';
import { describeEncoder } from '../features.js';
import { shareEncoders } from '../shared-encoder.js';
import type { ModelThreads } from '../thread/model-threads.js';
import { type BatchOptions, withDefaults } from './batch-options.js';
import { contentReader } from './content.js';
import type { BatchClip } from './find-clips.js';
import type { Journal } from './journal.js';
import { type FinishedClip, type ProcessOptions, processClip } from './process-clip.js';
import { isFailed } from './row.js';

/** A batch under way. */
export interface Run {
  readonly options: BatchOptions;
  readonly model: ModelThreads;
  readonly startProgram: StartProgram;
  /** Ends the run from within; its reason is what the run then throws. */
  readonly stop: AbortController;
  /** Aborts when the run is ended from within or by the caller. */
  readonly signal: AbortSignal;
}

/** Why `strict` ended a run: its failure stands in the results, and is not the run's own. */
const STRICT = Symbol('strict');

interface Work {
  readonly clips: readonly BatchClip[];
  /** Clips that have a row which may still hold, by id. */
  readonly finished: ReadonlyMap<string, FinishedClip>;
  readonly journal: Journal;
}

/**
 * Classifies clips, some at once, and adds their rows to the journal as they are done.
 *
 * @returns how many rows stood already, and whether all clips have one now.
 * @throws UserError `aborted`, or whatever else ended the run; no clip is under way then.
 */
export async function classifyClips(run: Run, work: Work): Promise<{ kept: number; isComplete: boolean }> {
  const { options, stop } = run;
  const { jobs } = withDefaults(options);
  const waiting = work.clips.values();
  const counts: Counts = { done: 0, failures: 0, kept: 0 };
  const worker = async () => {
    for (const clip of waiting) {
      if (run.signal.aborted) return;
      await classifyNext(run, { ...work, clip, counts, processing });
    }
  };
  const processing = processOptions(run, await openKeptFeatures(run));
  const workers = Array.from({ length: jobs }, () => worker().catch((error: unknown) => stop.abort(error)));
  await Promise.all(workers);
  if (options.signal?.aborted) throw interrupted(counts.done, work.clips.length);
  if (stop.signal.aborted && stop.signal.reason !== STRICT) throw stop.signal.reason;
  return { kept: counts.kept, isComplete: !stop.signal.aborted };
}

interface Counts {
  done: number;
  failures: number;
  kept: number;
}

async function classifyNext(
  run: Run,
  next: Work & { clip: BatchClip; counts: Counts; processing: ProcessOptions },
): Promise<void> {
  const { clip, counts } = next;
  const finished = next.finished.get(clip.id);
  const row = await processClip({ clip, finished }, next.processing);
  if (row) await next.journal.append(row);
  const isFailure = row ? isFailed(row) : (finished?.isFailed ?? false);
  counts.done += 1;
  if (isFailure) counts.failures += 1;
  if (!row) counts.kept += 1;
  run.options.onEvent?.({
    kind: 'clip',
    outcome: row ? (isFailure ? 'failed' : 'classified') : 'kept',
    done: counts.done,
    total: next.clips.length,
    failures: counts.failures,
  });
  if (isFailure && run.options.strict) run.stop.abort(STRICT);
}

async function openKeptFeatures({ options, model }: Run): Promise<KeptFeatures | null> {
  const { networks, members, manifest } = options.bundle;
  const { source } = inputOf(manifest.pipeline.input);
  const network = networks.encoder;
  if (source.kind === 'direct' || !network) return null;
  const engine = await model.loaded;
  const encoder = describeEncoder(networks, { engine, members, network });
  return keptFeatures({ ...encoder, input: source.frames, cache: openSequenceCache(undefined) });
}

function processOptions(
  { options, model, startProgram, signal }: Run,
  kept: KeptFeatures | null,
): ProcessOptions {
  const { jobs, sampling, top, minProbability, maxDistance, allowDamaged, timeoutSeconds } =
    withDefaults(options);
  const { pipeline, labels, vocabulary = [], eachFrame = false } = options.bundle.manifest;
  const input = inputOf(pipeline.input);
  const { source, given } = input;
  return {
    readContent: contentReader({ timeoutSeconds, signal }),
    model: {
      input,
      encoder: shareEncoders(model),
      classify: model.classify,
      eachFrame,
    },
    texts:
      given === 'texts' && source.kind === 'direct'
        ? { read: source.open(vocabulary), classify: model.classify }
        : null,
    windowing: options.windowing,
    subtitles: options.subtitles,
    embeddings: options.embeddings,
    keptFeatures: kept,
    decoderThreads: Math.max(1, Math.floor(availableParallelism() / jobs)),
    labels,
    sampling,
    top,
    minProbability,
    maxDistance,
    allowDamaged,
    timeoutSeconds,
    startProgram,
    signal,
  };
}

function interrupted(done: number, total: number): UserError {
  return new UserError('aborted', {
    problem: `Interrupted: ${done} of ${counted(total, 'clip')} ${done === 1 ? 'is' : 'are'} done, and kept.`,
    fix: 'Give the same command again to go on.',
  });
}
