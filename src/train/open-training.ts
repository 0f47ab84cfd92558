import { createHash } from 'node:crypto';
import { type OpenDataOptions, openTrainingData } from '../datasets/open-data.js';
import type { Dataset } from '../datasets/scan.js';
import { type Split, splitByGroup, splitDigest } from '../datasets/split.js';
import type { EngineName } from '../engine/engine.js';
import { selectEngine } from '../engine/select.js';
import { openCache } from '../inputs/feature-cache.js';
import { networksOf } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { cacheFolder } from '../platform/cache-folder.js';
import type { Fingerprint } from './checkpoint.js';
import type { Training } from './run-stage.js';
import type { TrainEvent } from './train-event.js';

/** What a training reads, whatever becomes of it. */
export interface OpenedTraining {
  /** Of the pipeline's file. */
  readonly pipelineFolder: string;
  /** What it trains on, for people. */
  readonly datasetName: string;
  readonly split: Split;
  readonly run: Omit<Training, 'save'>;
  /** Name of the engine that trains. */
  readonly engine: EngineName;
  readonly versions: Readonly<Record<string, string>>;
  readonly fingerprint: Fingerprint;
}

/**
 * Opens the data of a pipeline, splits it and picks the engine.
 * @throws UserError as openTrainingData, splitByGroup, selectEngine and networksOf.
 */
export async function openTraining(
  options: OpenDataOptions & {
    pipeline: Pipeline;
    engine?: 'auto' | EngineName | undefined;
    onEvent: (event: TrainEvent) => void;
  },
): Promise<OpenedTraining> {
  const { pipeline, pipelineFolder, onEvent, signal } = options;
  const { dataset, name: datasetName } = await openTrainingData(options);
  for (const skipped of dataset.skipped) onEvent({ kind: 'skipped', ...skipped });
  const split = splitByGroup(dataset, { ...pipeline.split, seed: pipeline.seed });
  const { engine, reason } = await selectEngine(options.engine ?? 'auto');
  onEvent({ kind: 'note', message: reason });
  const run: OpenedTraining['run'] = {
    pipeline,
    networks: networksOf(pipeline, dataset.labels.length),
    labels: dataset.labels,
    train: split.train,
    validation: split.validation,
    predicting: engine,
    training: engine.training,
    cache: openCache(cacheFolder('sequences')),
    onEvent,
    signal,
  };
  return {
    ...{ pipelineFolder, datasetName, split, run, engine: engine.name },
    versions: { [engine.name]: engine.version, node: process.versions.node },
    fingerprint: fingerprintOf({ pipeline, dataset, split, engine: engine.name }),
  };
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
