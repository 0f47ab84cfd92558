import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import { type Checkpoint, type Fingerprint, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { type OpenedTraining, openTraining } from './open-training.js';
import type { TrainOptions } from './train.js';
import type { TrainEvent } from './train-event.js';

/** A training whose inputs are all there and fit one another. */
export interface PreparedTraining extends OpenedTraining {
  /** As they were given. */
  readonly options: TrainOptions;
  /** Of the model. */
  readonly folder: string;
  /** Keeps a checkpoint. */
  readonly save: (parts: Omit<Checkpoint, 'fingerprint'>) => Promise<void>;
  readonly checkpoint?: Checkpoint | undefined;
}

/** Reads the pipeline, sees to it that a model can go to its folder, opens the data and finds the checkpoint. */
export async function prepareTraining(
  options: TrainOptions & { onEvent: (event: TrainEvent) => void },
): Promise<PreparedTraining> {
  const pipeline = await readAdjustedPipeline(options);
  const folder = options.out ?? join('runs', pipeline.name);
  await refuseOccupied(folder);
  const pipelineFolder = dirname(resolve(options.pipeline));
  const opened = await openTraining({ ...options, pipeline, pipelineFolder });
  const { fingerprint } = opened;
  const checkpoint = await findCheckpoint(folder, fingerprint, options.resume ?? false);
  return {
    ...{ ...opened, options, folder },
    save: (parts) => writeCheckpoint(checkpointPath(folder), { fingerprint, ...parts }),
    checkpoint: checkpoint ?? undefined,
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
