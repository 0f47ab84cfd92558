import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { cacheFolder } from '../../cache-folder.js';
import type { Pipeline } from '../../config.js';
import { openCache } from '../../data/cache.js';
import type { Dataset } from '../../data/scan.js';
import { type Split, splitByGroup, splitDigest } from '../../data/split.js';
import type { EngineName } from '../../engine/engine.js';
import { selectEngine } from '../../engine/select.js';
import { UserError } from '../../errors.js';
import { networksOf } from '../../network/networks.js';
import { readAdjustedPipeline } from './adjust-pipeline.js';
import { type Checkpoint, type Fingerprint, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import type { TrainEvent } from './events.js';
import { openTrainingData } from './open-data.js';
import type { Training } from './run-stage.js';
import type { TrainOptions } from './train.js';

/** A training whose inputs are all there and fit one another. */
export interface PreparedTraining {
  /** As they were given. */
  readonly options: TrainOptions;
  /** Of the model. */
  readonly folder: string;
  /** Of the pipeline's file. */
  readonly pipelineFolder: string;
  /** What it trains on, for people. */
  readonly datasetName: string;
  readonly split: Split;
  readonly run: Omit<Training, 'save'>;
  /** Keeps a checkpoint. */
  readonly save: (parts: Omit<Checkpoint, 'fingerprint'>) => Promise<void>;
  /** Name of the engine that trains. */
  readonly engine: EngineName;
  readonly versions: Readonly<Record<string, string>>;
  readonly checkpoint?: Checkpoint;
}

/** Reads the pipeline, opens the data, splits it, picks the engine and finds the checkpoint. */
export async function prepareTraining(
  options: TrainOptions & { onEvent: (event: TrainEvent) => void },
): Promise<PreparedTraining> {
  const { onEvent, signal } = options;
  const pipeline = await readAdjustedPipeline(options);
  const folder = options.out ?? join('runs', pipeline.name);
  await refuseOccupied(folder);
  const pipelineFolder = dirname(resolve(options.pipeline));
  const { dataset, name: datasetName } = await openTrainingData({
    ...options,
    pipeline,
    pipelineFolder,
    onEvent,
  });
  for (const skipped of dataset.skipped) onEvent({ kind: 'skipped', ...skipped });
  const split = splitByGroup(dataset, { ...pipeline.split, seed: pipeline.seed });
  const { engine, reason } = await selectEngine(options.engine ?? 'auto');
  onEvent({ kind: 'note', message: reason });
  const fingerprint = fingerprintOf({ pipeline, dataset, split, engine: engine.name });
  const checkpoint = await findCheckpoint(folder, fingerprint, options.resume ?? false);
  const run: PreparedTraining['run'] = {
    pipeline,
    networks: networksOf(pipeline, dataset.labels.length),
    labels: dataset.labels,
    train: split.train,
    validation: split.validation,
    predicting: engine,
    training: engine.training,
    cache: openCache(cacheFolder('sequences')),
    onEvent,
    ...(signal && { signal }),
  };
  const versions = { [engine.name]: engine.version, node: process.versions.node };
  return {
    ...{ options, folder, pipelineFolder, datasetName, split, run, versions, engine: engine.name },
    save: (parts) => writeCheckpoint(checkpointPath(folder), { fingerprint, ...parts }),
    ...(checkpoint && { checkpoint }),
  };
}

/** The checkpoint lies beside the model's folder, which only ever holds a finished model. */
export const checkpointPath = (folder: string): string => `${resolve(folder)}.checkpoint`;

/** @throws UserError `usage` where a model cannot go there, since something stands there already. */
export async function refuseOccupied(folder: string): Promise<void> {
  await mkdir(dirname(resolve(folder)), { recursive: true });
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError('usage', {
      problem: `${folder} cannot be used for the model: ${error.message}.`,
      fix: 'Give another folder with --out.',
      cause: error,
    });
  });
  if (entries.length === 0) return;
  throw new UserError('usage', {
    problem: `${folder} is not empty; a model that was trained is never overwritten.`,
    fix: 'Give another folder with --out, or remove this one first.',
  });
}

async function findCheckpoint(
  folder: string,
  fingerprint: Fingerprint,
  resume: boolean,
): Promise<Checkpoint | null> {
  const path = checkpointPath(folder);
  const checkpoint = await readCheckpoint(path);
  if (resume && !checkpoint) {
    throw new UserError('usage', {
      problem: `There is no training to resume: ${path} does not exist.`,
      fix: 'Train without --resume, or with the --out of the training that was interrupted.',
    });
  }
  if (!checkpoint) return null;
  if (!resume) {
    throw new UserError('usage', {
      problem: `An interrupted training is kept in ${path}.`,
      fix: 'Go on with --resume, or remove that file to start again.',
    });
  }
  const changed = Object.entries(fingerprint).filter(
    ([what, digest]) => checkpoint.fingerprint[what as keyof Fingerprint] !== digest,
  );
  if (changed.length > 0) {
    throw new UserError('usage', {
      problem: `The training in ${path} was begun with another ${changed.map(([what]) => what).join(' and ')}.`,
      fix: 'Resume with what it was begun with, or remove that file to start again.',
    });
  }
  return checkpoint;
}

function fingerprintOf(parts: {
  pipeline: Pipeline;
  dataset: Dataset;
  split: Split;
  engine: EngineName;
}): Fingerprint {
  return {
    pipeline: createHash('sha256').update(JSON.stringify(parts.pipeline)).digest('hex'),
    dataset: splitDigest(parts.dataset, parts.split),
    engine: parts.engine,
  };
}
