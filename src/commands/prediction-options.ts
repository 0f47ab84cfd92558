import type { Command } from 'commander';
import { type Bundle, loadBundle } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { SHIPPED_MODEL } from '../platform/package-files.js';
import type { BatchOptions } from '../predict/batch/batch-options.js';
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
  minProbabilityOption,
  modelOption,
  numberWithin,
  samplingOption,
  wholeNumber,
} from './flags.js';
import { LONGEST_SECONDS, type WindowFlags, windowingOf, withWindowOptions } from './window-options.js';

/** Which model is meant. */
export interface ModelFlags {
  readonly model?: string;
  readonly weights?: string;
}

/** How many clips are classified: the same for a batch and for the workers on a queue. */
export interface PredictionFlags
  extends ModelFlags,
    WindowFlags,
    Pick<BatchOptions, 'jobs' | 'sampling' | 'allowDamaged'> {
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly top: number;
  readonly timeout: number;
  readonly allowPrivate?: boolean;
  readonly maxDownload: number;
  readonly minProbability?: number;
  readonly maxDistance?: number;
}

export function withPredictionOptions(command: Command): Command {
  return withWindowOptions(command)
    .addOption(modelOption())
    .addOption(imagenetWeightsOption())
    .option(
      '-j, --jobs <count>',
      'clips processed at once (default: one more than the machine has cores)',
      wholeNumber(1),
    )
    .option('-t, --top <count>', 'how many classes to list for each clip', wholeNumber(1), 5)
    .addOption(minProbabilityOption())
    .option('--timeout <seconds>', 'longest time for one clip', numberWithin(0.001, LONGEST_SECONDS), 600)
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
