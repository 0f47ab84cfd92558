import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { packMembers, unpackMembers } from '../bundle/pack-members.js';
import { listIssues, messageOf, UserError } from '../errors.js';
import { exists, unlessAbsent } from '../platform/exists.js';
import { NoRegularFile, readRegularFile } from '../platform/regular-file.js';
import { replaceFile } from '../platform/replace-file.js';
import { cannotWriteResult } from '../platform/write-result.js';
import { decodeSafetensors, encodeSafetensors } from '../tensors/safetensors.js';
import type { Tensor, Weights } from '../tensors/tensor.js';
import {
  differences,
  differencesText,
  type Fingerprint,
  fingerprintSchema,
  withoutOpenLengths,
} from './fingerprint.js';

const epochRecordSchema = z.strictObject({
  stage: z.int(),
  /** 1-based, within the stage. */
  epoch: z.int(),
  /** Cross-entropy in nats; of distillation, the mean of squared differences. */
  trainLoss: z.number(),
  /** Null of distillation, which knows no classes. */
  trainAccuracy: z.number().nullable(),
  /** Null without a validation part. */
  validationLoss: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
  seconds: z.number(),
});

const progressSchema = z.strictObject({
  stage: z.int(),
  /** 0-based epoch of the stage, and step in the epoch, that comes next. */
  epoch: z.int(),
  step: z.int(),
  /** Sums over the epoch's steps so far, weighted by their answers: one a clip, or one a token. */
  epochLoss: z.number(),
  epochCorrect: z.int(),
  epochCount: z.int(),
  epochSeconds: z.number(),
  /** Of the stage's epochs by validation (tasks/task.ts), and how many epochs ago that was. */
  lowestCost: z.number().nullable(),
  epochsSinceBest: z.int(),
  history: z.array(epochRecordSchema),
});

const stateSchema = z.strictObject({
  fingerprint: fingerprintSchema,
  newLengths: z.array(z.string()).default([]),
  progress: progressSchema,
  /** Networks that are trained to their end. */
  finished: z.int().min(0),
});

export type EpochRecord = z.infer<typeof epochRecordSchema>;
export type Progress = z.infer<typeof progressSchema>;

/** Everything that a training needs to go on as if it had never stopped. */
export interface Checkpoint {
  readonly fingerprint: Fingerprint;
  /** The lengths that it was resumed with in place of others, such as `training.steps: was 500, is 1000`. */
  readonly newLengths: readonly string[];
  readonly progress: Progress;
  /** Weights of the networks that are trained to their end. */
  readonly members: readonly Weights[];
  /** The encoder that distillation has made, from which all networks start; empty without it or before its end. */
  readonly distilled: Weights;
  /** Weights of the whole network at the start of the stage, the standardization of its features beside them. */
  readonly start: Weights;
  /** The trainer's state; see engine/engine.ts. */
  readonly trainer: Weights;
  /** The stage's trained weights of the epoch with the lowest validation loss; empty before the first. */
  readonly best: Weights;
  /** The states that the next step starts from (network/states.ts), by their places; empty where it starts from zeros. */
  readonly carried: Weights;
}

const PARTS = ['members', 'distilled', 'start', 'trainer', 'best', 'carried'] as const;

/**
 * Writes a checkpoint whole or not at all: one safetensors file, its progress in the metadata.
 * @throws UserError `diverged` when a value is not finite, `cannot_write`; what stood there before stays.
 */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { fingerprint, newLengths, progress, members } = checkpoint;
  const parts = { ...checkpoint, members: packMembers(members) };
  const tensors = PARTS.flatMap((part) =>
    [...parts[part]].map(([name, tensor]): [string, Tensor] => [`${part}/${name}`, tensor]),
  );
  const broken = tensors.find(([, { data }]) => !data.every(Number.isFinite));
  if (broken) throw diverged(`${broken[0]} holds values that are not finite`, progress);
  const state = { fingerprint, newLengths, progress, finished: members.length };
  const bytes = encodeSafetensors(new Map(tensors), { state: JSON.stringify(state) });
  await replaceFile(path, bytes, { isSynced: true, failure: cannotWriteResult });
}

/** The checkpoint at that path, or null when there is none. @throws UserError when it is damaged. */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  const bytes = await unlessAbsent(readRegularFile(path)).catch((cause: unknown) => {
    throw cause instanceof NoRegularFile ? damaged(path, `cannot be read: ${messageOf(cause)}`) : cause;
  });
  if (!bytes) return null;
  const { weights, metadata } = decodeSafetensors(bytes, path);
  const parsed = stateSchema.safeParse(parseState(metadata.state, path));
  if (!parsed.success) throw damaged(path, `does not fit:\n${listIssues(parsed.error)}`);
  const part = (name: string) =>
    new Map(
      [...weights]
        .filter(([key]) => key.startsWith(`${name}/`))
        .map(([key, tensor]) => [key.slice(name.length + 1), tensor]),
    );
  const { finished, ...state } = parsed.data;
  const members = unpackMembers(part('members'), finished);
  return {
    ...state,
    members,
    distilled: part('distilled'),
    start: part('start'),
    trainer: part('trainer'),
    best: part('best'),
    carried: part('carried'),
  };
}

/**
 * The checkpoint that a training is to go on from, with the lengths that it gets now; null where it begins.
 * @throws UserError `usage` where there is one and it was not to go on, none and it was, or one of another training.
 */
export async function findCheckpoint(wanted: {
  path: string;
  resume: boolean;
  fingerprint: Fingerprint;
}): Promise<Checkpoint | null> {
  const { path, resume, fingerprint } = wanted;
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
  const misfits = differencesText(
    withoutOpenLengths(checkpoint.fingerprint, checkpoint.progress),
    withoutOpenLengths(fingerprint, checkpoint.progress),
  );
  if (misfits !== '') {
    throw new UserError('usage', {
      problem: `The training in ${path} was started with other settings:\n${misfits}`,
      fix: 'Resume with the settings it was started with, or remove that file to start again.',
    });
  }
  const newLengths = [...checkpoint.newLengths, ...differences(checkpoint.fingerprint, fingerprint)];
  return { ...checkpoint, newLengths };
}

/** Does the work of a training; where it is interrupted, the error says what is kept where. */
export async function withCheckpoint<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'aborted' && (await exists(path)))) throw error;
    throw new UserError('aborted', {
      problem: `${error.problem} The training is kept in ${path}.`,
      fix: 'Give the same command with --resume to go on to the same result.',
      cause: error,
    });
  }
}

/** A checkpoint lies beside the model's folder, which only ever holds a finished model. */
export const checkpointPath = (folder: string): string => `${resolve(folder)}.checkpoint`;

export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** A training whose numbers are no longer finite. `what` became of which number. */
export function diverged(what: string, { epoch, step }: Progress): UserError {
  return new UserError('diverged', {
    problem: `Training diverged in epoch ${epoch + 1}, step ${step + 1}: ${what}. The last finite checkpoint is kept.`,
    fix: 'Lower the learningRate or the clipNorm of the pipeline and train again.',
  });
}

function parseState(text: string | undefined, path: string): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (cause) {
    throw damaged(path, `is not JSON: ${messageOf(cause)}`);
  }
}

function damaged(path: string, what: string): UserError {
  return new UserError('bad_weights', {
    problem: `The training state in the checkpoint ${path} ${what}.`,
    fix: 'Train again without --resume, or remove the file.',
  });
}
