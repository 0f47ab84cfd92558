import { basename, join, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { cacheFolder, cannotCache } from '../platform/cache-folder.js';
import { counted } from '../platform/counted.js';
import { exists } from '../platform/exists.js';
import { clipstepVersion } from '../platform/version.js';
import type { DataEvent } from './data-event.js';
import type { DataSettings } from './data-schema.js';
import type { Dataset } from './dataset.js';
import { mnistExamples } from './mnist/examples.js';
import { openMnist } from './mnist/open-mnist.js';
import { generateMotion } from './motion/generate-motion.js';
import type { DataPurpose } from './number-classes.js';
import { scanDataset } from './scan-dataset.js';
import { scanTexts } from './texts/scan-texts.js';

export interface TrainingData {
  readonly dataset: Dataset;
  /** For people; it distinguishes what only looks like a known dataset from the dataset. */
  readonly name: string;
}

/** A pipeline, as far as it says what it trains on. */
interface DescribedData {
  readonly name: string;
  readonly data?: DataSettings | undefined;
}

export interface OpenDataOptions {
  /** Of which `data` says what it trains on. */
  readonly pipeline: DescribedData;
  /** Folder of the pipeline's file: relative paths in it start there. */
  readonly pipelineFolder: string;
  /** What was asked for instead of the pipeline's. */
  readonly data?: string | undefined;
  /** `training` when absent. */
  readonly purpose?: DataPurpose | undefined;
  readonly onEvent: (event: DataEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The dataset that a training uses, or an evaluation: the folder or manifest that was asked for, else the one that the
 * pipeline names, which is generated or downloaded when it is not there yet.
 *
 * @throws UserError `usage` when neither says where data is, `bad_dataset` as datasets/scan-dataset.ts says, and what
 *   openMnist throws.
 */
export async function openTrainingData(options: OpenDataOptions): Promise<TrainingData> {
  const { purpose } = options;
  const { data } = options.pipeline;
  if (data?.kind === 'mnist') return openDigits(options);
  if (data?.kind === 'texts') {
    const own = data.path === undefined ? undefined : resolve(options.pipelineFolder, data.path);
    const path = options.data ?? own ?? missingData(options, TEXTS_FIX);
    return { dataset: await scanTexts(path, { ...data, purpose }), name: basename(path) };
  }
  const path = options.data ?? (await pipelineData(options));
  return { dataset: await scanDataset(path, purpose), name: basename(path) };
}

/** Whether the data is made here: its parts come from seeds of their own, so that none has a copy of another's. */
export function isGenerated(pipeline: DescribedData, data: string | undefined): boolean {
  return data === undefined && pipeline.data?.kind === 'motion';
}

async function openDigits({ data, onEvent, signal }: OpenDataOptions): Promise<TrainingData> {
  const digits = await openMnist({
    data,
    onProgress: ({ fileName, receivedBytes, totalBytes }) =>
      onEvent({ kind: 'downloading', fileName, receivedBytes, totalBytes }),
    signal,
  });
  onEvent({ kind: 'note', message: `Data: ${digits.name} (${digits.source})` });
  return { dataset: mnistExamples(digits), name: digits.name };
}

async function pipelineData(options: OpenDataOptions): Promise<string> {
  const { pipeline, pipelineFolder } = options;
  switch (pipeline.data?.kind) {
    case 'folder':
      return resolve(pipelineFolder, pipeline.data.path);
    case 'motion':
      return generatedMotion(pipeline.data, options);
    default:
      return missingData(options, CLIPS_FIX);
  }
}

const CLIPS_FIX = 'Add --data DIR: a folder with one folder of clips a class, or a manifest.';
const TEXTS_FIX = 'Add --data DIR: a folder with a file of lines for each class, or a table (.csv, .tsv).';

function missingData({ pipeline, purpose }: OpenDataOptions, fix: string): never {
  const problem =
    purpose === 'scoring'
      ? `The model ${pipeline.name} does not say where the data is that it was trained on`
      : `The pipeline ${pipeline.name} does not say what to train on`;
  throw new UserError('usage', {
    problem: `${problem}, and --data is not given.`,
    fix,
  });
}

/** Generated clips are kept in the cache, in a folder named by all that they come from. */
async function generatedMotion(
  { train, test }: Extract<DataSettings, { kind: 'motion' }>,
  { onEvent, signal }: Pick<OpenDataOptions, 'onEvent' | 'signal'>,
): Promise<string> {
  const name = [train, test].map(({ perClass, seed }) => `${perClass}x${seed}`).join('-');
  const folder = cacheFolder('datasets', `motion-${clipstepVersion()}-${name}`);
  for (const [part, settings] of Object.entries({ train, test })) {
    const target = join(folder, part);
    if (await exists(target)) continue;
    onEvent({
      kind: 'note',
      message: `Generating ${counted(settings.perClass, 'clip')} of each class in ${target}`,
    });
    await generateMotion({
      folder: target,
      ...settings,
      onClip: (done, total) => onEvent({ kind: 'reading', what: 'generate', done, total }),
      signal,
    }).catch((error: unknown) => {
      const isUnwritable = error instanceof UserError && error.code === 'cannot_write';
      throw isUnwritable ? cannotCache(target, error.cause) : error;
    });
  }
  return folder;
}
