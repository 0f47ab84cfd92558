import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { UserError } from '../../errors.js';
import type { Input } from '../../inputs/input-kind.js';
import { inputOf } from '../../inputs/input-kinds.js';
import { findBinary } from '../../media/ffmpeg/binaries.js';
import { startLauncher } from '../../platform/child-process/launcher.js';
import type { StartProgram } from '../../platform/child-process/program.js';
import { clipstepVersion } from '../../platform/version.js';
import { loadedModel } from '../thread/loaded-model.js';
import { type ModelThreads, startModelThreads } from '../thread/model-threads.js';
import type { EngineVersion } from '../thread/protocol.js';
import { type BatchOptions, withDefaults } from './batch-options.js';
import { type BatchSettings, modelIdentity } from './batch-settings.js';
import { withoutWindows } from './classify-windows.js';
import { kindOf } from './find-all.js';
import type { Windowing } from './windows.js';

/** What computes the model, and what starts ffmpeg. */
export interface Helpers {
  readonly model: ModelThreads;
  readonly startProgram: StartProgram;
}

/** @throws UserError `usage` for options that contradict each other or the model. */
export function checkOptions(options: BatchOptions): void {
  checkKind(options);
  checkWindowing(options);
}

/** With what computes the model and what starts ffmpeg, both of which end when the work does. */
export async function withHelpers<T>(
  options: BatchOptions,
  work: (helpers: Helpers) => Promise<T>,
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

/** All that rows depend on beside the clips. */
export async function settingsOf(options: BatchOptions, engine: EngineVersion): Promise<BatchSettings> {
  const { shard, sampling, top, minProbability, maxDistance, allowDamaged, windowing, subtitles } =
    withDefaults(options);
  return {
    source: resolve(options.source),
    kind: kindOf(options.bundle),
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
    windowing: windowing ? windowingWords(windowing) : 'none',
    subtitles: subtitles ?? 'none',
    encoding: options.encoding ?? 'utf-8',
  };
}

function windowingWords({ windowSeconds, strideSeconds, enter, leave }: Windowing): string {
  const thresholds = [enter, leave].map((value) => value ?? 'default').join(' to ');
  const hysteresis = enter === undefined && leave === undefined ? '' : `, entered and left at ${thresholds}`;
  return `${windowSeconds} s every ${strideSeconds} s${hysteresis}`;
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
