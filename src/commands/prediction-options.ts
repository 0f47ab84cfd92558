import type { Command } from 'commander';
import { type Bundle, loadBundle } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { SHIPPED_MODEL } from '../platform/package-files.js';
import type { BatchOptions } from '../predict/batch/batch-options.js';
import type { Windowing } from '../predict/batch/windows.js';
import { noteDefaultModel } from './default-model.js';
import { downloadProgress } from './download-progress.js';
import {
  allowDamagedOption,
  allowPrivateOption,
  encodingOption,
  engineOption,
  imagenetWeightsOption,
  maxDistanceOption,
  maxDownloadOption,
  modelOption,
  numberWithin,
  samplingOption,
  wholeNumber,
} from './flags.js';

/** Which model is meant. */
export interface ModelFlags {
  readonly model?: string;
  readonly weights?: string;
}

/** How many clips are classified: the same for a batch and for the workers on a queue. */
export interface PredictionFlags
  extends ModelFlags,
    Pick<BatchOptions, 'jobs' | 'sampling' | 'allowDamaged'> {
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly top: number;
  readonly timeout: number;
  readonly allowPrivate?: boolean;
  readonly maxDownload: number;
  readonly minProbability?: number;
  readonly maxDistance?: number;
  readonly window?: number;
  readonly stride?: number;
}

/** A day: no clip is or takes longer. */
const LONGEST_SECONDS = 86_400;

export function withPredictionOptions(command: Command): Command {
  return command
    .addOption(modelOption())
    .addOption(imagenetWeightsOption())
    .option(
      '-j, --jobs <count>',
      'clips processed at once (default: one more than the machine has cores)',
      wholeNumber(1),
    )
    .option('-t, --top <count>', 'how many classes to list for each clip', wholeNumber(1), 5)
    .option(
      '--min-probability <p>',
      "answer unknown below this probability (default: the model's own)",
      numberWithin(0, 1),
    )
    .option('--timeout <seconds>', 'longest time for one clip', numberWithin(0.001, LONGEST_SECONDS), 600)
    .option(
      '--window <seconds>',
      'classify windows of this length, a row each',
      numberWithin(0.1, LONGEST_SECONDS),
    )
    .option(
      '--stride <seconds>',
      'seconds from the start of one window to the next (default: --window)',
      numberWithin(0.1, LONGEST_SECONDS),
    )
    .addOption(allowPrivateOption())
    .addOption(maxDownloadOption())
    .addOption(maxDistanceOption())
    .addOption(samplingOption())
    .addOption(allowDamagedOption())
    .addOption(encodingOption())
    .addOption(engineOption());
}

/** Loads a model, with progress where it is fetched. @throws UserError as loadBundle. */
export async function openModel({ model, weights }: ModelFlags): Promise<Bundle> {
  if (model === undefined) await noteDefaultModel();
  const download = downloadProgress('the pretrained MobileNet');
  const { onReceived } = download;
  return loadBundle(model ?? SHIPPED_MODEL, { weights, onReceived }).finally(download.stop);
}

/** The flags as a batch takes them. @throws UserError `usage`; as loadBundle. */
export async function openPrediction(flags: PredictionFlags) {
  const { jobs, sampling, allowDamaged, encoding, engine, top, timeout, minProbability, maxDistance } = flags;
  const windowing = windowingOf(flags) ?? undefined;
  return {
    bundle: await openModel(flags),
    remote: { allowPrivate: flags.allowPrivate, maxMegabytes: flags.maxDownload },
    timeoutSeconds: timeout,
    jobs,
    sampling,
    allowDamaged,
    encoding,
    engine,
    top,
    minProbability,
    maxDistance,
    windowing,
  };
}

function windowingOf({ window, stride }: PredictionFlags): Windowing | null {
  if (window !== undefined) return { windowSeconds: window, strideSeconds: stride ?? window };
  if (stride === undefined) return null;
  throw new UserError('usage', {
    problem: '--stride says where windows begin, but there are no windows.',
    fix: 'Give --window with a number of seconds, too.',
  });
}
