import { rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { UserError } from '../../errors.js';
import type { Input } from '../../inputs/input-kind.js';
import { inputOf } from '../../inputs/input-kinds.js';
import { findBinary } from '../../media/ffmpeg/binaries.js';
import { startLauncher } from '../../platform/child-process/launcher.js';
import { lockOutput } from '../../platform/lock-output.js';
import { clipstepVersion } from '../../platform/version.js';
import { loadedModel } from '../thread/loaded-model.js';
import { type ModelThreads, startModelThreads } from '../thread/model-threads.js';
import { type BatchOptions, type BatchResult, withDefaults } from './batch-options.js';
import { type BatchSettings, keepSettings, modelIdentity } from './batch-settings.js';
import { classifyClips, type Run } from './classify-clips.js';
import { withoutWindows } from './classify-windows.js';
import type { FoundClips } from './find-clips.js';
import { type Journal, openJournal } from './journal.js';
import { listClips, ofShard } from './list-clips.js';
import { listTexts } from './list-texts.js';
import type { FinishedClip } from './process-clip.js';
import { isFailed, isFinal, type Row } from './row.js';
import { type BatchSummary, summarize } from './summarize-rows.js';
import { writeResults, writeSegments } from './write-results.js';

/** The results of a batch, all of them there. */
export interface SummarizedBatch {
  readonly rows: AsyncIterable<Row>;
  readonly summary: BatchSummary;
  readonly signal: AbortSignal;
}

type OnSummary = (results: SummarizedBatch) => Promise<void>;

/**
 * Classifies all clips below a folder, or of a manifest, into a file of results: a row each (row.ts), in
 * natural order when it has finished. Rows are added as clips are done, so that a run that was ended at any
 * moment goes on where it stood when it is started again; clips with unchanged bytes are not classified twice.
 * A clip that cannot be read costs its own row, which says why.
 *
 * @param onSummary called when all clips are done, before the results take their place.
 * @throws UserError `aborted`, `locked`, `settings_differ`, `cannot_write`, `not_found`, `usage`,
 *   `bad_dataset`, `missing_tool` or `engine_unavailable`: the run itself could not begin or go on.
 */
export async function runBatch(options: BatchOptions, onSummary: OnSummary): Promise<BatchResult> {
  checkKind(options);
  checkWindowing(options);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const unlock = await lockOutput(options.out, (reason) => stop.abort(reason));
  try {
    return await withHelpers(options, (helpers) =>
      classifyAll({ options, stop, signal, ...helpers }, onSummary),
    );
  } finally {
    await unlock();
  }
}

/** With what computes the model and what starts ffmpeg, both of which end when the work does. */
async function withHelpers<T>(
  options: BatchOptions,
  work: (helpers: Pick<Run, 'model' | 'startProgram'>) => Promise<T>,
): Promise<T> {
  const launcher = await startLauncher();
  try {
    const model = startThreads(options);
    try {
      await model.loaded;
      return await work({ model, startProgram: launcher.start });
    } finally {
      await model.release();
    }
  } finally {
    await launcher.release();
  }
}

/**
 * A thread for each core that clips can keep busy, and one core for each: threads that share one run wait for each
 * other as soon as ffmpeg takes a core. TensorFlow has threads of its own for the whole process.
 */
function startThreads(options: BatchOptions): ModelThreads {
  const { engine = 'auto', bundle } = options;
  const model = loadedModel(bundle);
  if (engine === 'tensorflow') return startModelThreads({ engine, model }, 1);
  const { jobs } = withDefaults(options);
  return startModelThreads({ engine, model, threads: 1 }, Math.min(jobs, availableParallelism()));
}

/** @throws UserError `usage` for what is asked of texts that only clips have, and the other way round. */
function checkKind(options: BatchOptions): void {
  const { bundle, embeddings, allowDamaged, followLinks, encoding } = options;
  const { given, noun } = inputOf(bundle.manifest.pipeline.input);
  const strange: Readonly<Record<Input['given'], Record<string, unknown>>> = {
    texts: { '--embeddings': embeddings, '--allow-damaged': allowDamaged, '--follow-links': followLinks },
    files: { '--encoding': encoding },
  };
  const asked = Object.entries(strange[given]).flatMap(([flag, value]) => (value ? [flag] : []));
  if (asked.length === 0) return;
  throw new UserError('usage', {
    problem: `The model ${bundle.folder} reads ${noun}, for which there is no ${asked.join(' and no ')}.`,
    fix: 'Leave it out.',
  });
}

function checkWindowing({ bundle, windowing, subtitles }: BatchOptions): void {
  if (subtitles && !windowing) {
    throw new UserError('usage', {
      problem: '--subtitles says what the windows of a clip show, but there are no windows.',
      fix: 'Give --window with a number of seconds, too.',
    });
  }
  const input = inputOf(bundle.manifest.pipeline.input);
  if (!windowing || input.source.kind === 'encoded') return;
  throw withoutWindows(bundle.folder, input.noun);
}

async function classifyAll(run: Run, onSummary: OnSummary): Promise<BatchResult> {
  const { options, signal } = run;
  const { labels, pipeline } = options.bundle.manifest;
  const { images, given } = inputOf(pipeline.input);
  const { source, shard, followLinks = false, encoding = 'utf-8' } = options;
  const listed =
    given === 'texts'
      ? await listTexts(source, { encoding })
      : await listClips(source, { labels: new Set(labels), images, followLinks, signal });
  const found = shard ? ofShard(listed, shard) : listed;
  const settingsPath = `${options.out}.run.json`;
  const files = [options.out, journalPath(options)];
  await keepSettings(settingsPath, { settings: await settingsOf(run), files });
  try {
    return await classifyInto(run, { found, onSummary });
  } finally {
    await forgetUnused(settingsPath, files);
  }
}

/** Settings of results of which there is not one line. */
async function forgetUnused(settingsPath: string, files: readonly string[]): Promise<void> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  if (sizes.every((size) => size === 0)) await rm(settingsPath, { force: true });
}

async function classifyInto(
  run: Run,
  { found, onSummary }: { found: FoundClips; onSummary: OnSummary },
): Promise<BatchResult> {
  const { options } = run;
  const finished = new Map<string, FinishedClip>();
  const journal = await openJournal(journalPath(options), (row) => noteFinished(finished, row));
  try {
    options.onEvent?.({
      kind: 'found',
      clips: found.clips.length,
      finished: found.clips.filter(({ id }) => finished.has(id)).length,
      skipped: found.skipped,
      damagedLines: journal.damagedLines,
    });
    const { kept, isComplete } = await classifyClips(run, { clips: found.clips, finished, journal });
    const summary = await arrange(run, { journal, found, onSummary });
    return { ...summary, out: options.out, skipped: found.skipped, kept, isComplete };
  } finally {
    await journal.close();
  }
}

function journalPath(options: BatchOptions): string {
  const { out, format } = withDefaults(options);
  return format === 'jsonl' && !options.windowing ? out : `${out}.clips.jsonl`;
}

/** The latest row counts: a clip that failed for a passing reason is tried again. */
function noteFinished(finished: Map<string, FinishedClip>, row: Row): void {
  if (!isFinal(row)) {
    finished.delete(row.id);
    return;
  }
  finished.set(row.id, {
    sha256: row.sha256,
    truth: row.truth,
    embedding: isFailed(row) ? undefined : row.embedding,
    isFailed: isFailed(row),
  });
}

async function settingsOf({ options, model }: Run): Promise<BatchSettings> {
  const { shard, sampling, top, minProbability, maxDistance, allowDamaged, windowing, subtitles } =
    withDefaults(options);
  const engine = await model.loaded;
  return {
    source: resolve(options.source),
    model: modelIdentity(options.bundle.manifest),
    engine: `${engine.name} ${engine.version}`,
    ffmpeg: await ffmpegVersion(),
    clipstep: clipstepVersion(),
    shard: shard ? `${shard.index}/${shard.count}` : 'none',
    sampling,
    top,
    minProbability,
    maxDistance: maxDistance === undefined ? 'none' : String(maxDistance),
    allowDamaged,
    windowing: windowing ? `${windowing.windowSeconds} s every ${windowing.strideSeconds} s` : 'none',
    subtitles: subtitles ?? 'none',
    encoding: options.encoding ?? 'utf-8',
  };
}

/** Frame folders need no ffmpeg. */
async function ffmpegVersion(): Promise<string> {
  try {
    return (await findBinary('ffmpeg')).version;
  } catch (error) {
    if (error instanceof UserError) return 'none';
    throw error;
  }
}

/** Counts the results, and puts them into natural order, after them those of clips that are gone. */
async function arrange(
  { options, signal }: Run,
  {
    journal,
    found,
    onSummary,
  }: {
    journal: Journal;
    found: FoundClips;
    onSummary: OnSummary;
  },
): Promise<BatchSummary> {
  const present = new Set(found.clips.map(({ id }) => id).filter((id) => journal.entries.has(id)));
  const ids = [...present, ...[...journal.entries.keys()].filter((id) => !present.has(id))];
  const { out, format, windowing } = withDefaults(options);
  const summary = await summarize(journal.rows(ids), options.bundle.manifest.labels);
  await onSummary({ rows: journal.rows(ids), summary, signal });
  if (windowing) await writeSegments(`${out}.segments.jsonl`, journal.rows(ids));
  if (journalPath(options) !== out || !journal.isArranged(ids)) {
    await writeResults(out, { rows: journal.rows(ids), format, ready: () => journal.close() });
  }
  return summary;
}
