import { open, readFile, rename, rm } from 'node:fs/promises';
import * as z from 'zod';
import { packMembers, unpackMembers } from '../bundle/members.js';
import { listIssues, messageOf, UserError } from '../errors.js';
import { decodeSafetensors, encodeSafetensors } from '../tensors/safetensors.js';
import type { Tensor, Weights } from '../tensors/tensor.js';

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
  /** Sums over the epoch's steps so far, weighted by clips. */
  epochLoss: z.number(),
  epochCorrect: z.int(),
  epochClips: z.int(),
  epochSeconds: z.number(),
  /** Lowest validation loss of the stage, and how many epochs ago that was. */
  bestLoss: z.number().nullable(),
  epochsSinceBest: z.int(),
  history: z.array(epochRecordSchema),
});

const stateSchema = z.strictObject({
  fingerprint: z.strictObject({ pipeline: z.string(), dataset: z.string(), engine: z.string() }),
  progress: progressSchema,
  /** Networks that are trained to their end. */
  finished: z.int().min(0),
});

export type EpochRecord = z.infer<typeof epochRecordSchema>;
export type Progress = z.infer<typeof progressSchema>;
/** Digests of what must be the same for a training to go on. */
export type Fingerprint = z.infer<typeof stateSchema>['fingerprint'];

/** Everything that a training needs to go on as if it had never stopped. */
export interface Checkpoint {
  readonly fingerprint: Fingerprint;
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
}

const PARTS = ['members', 'distilled', 'start', 'trainer', 'best'] as const;

/**
 * Writes a checkpoint whole or not at all: one safetensors file, its progress in the metadata.
 * @throws UserError `diverged` when a value is not finite; what stood there before stays.
 */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { fingerprint, progress, members } = checkpoint;
  const parts = { ...checkpoint, members: packMembers(members) };
  const tensors = PARTS.flatMap((part) =>
    [...parts[part]].map(([name, tensor]): [string, Tensor] => [`${part}/${name}`, tensor]),
  );
  const broken = tensors.find(([, { data }]) => !data.every(Number.isFinite));
  if (broken) throw diverged(`${broken[0]} holds values that are not finite`, progress);
  const state = { fingerprint, progress, finished: members.length };
  const bytes = encodeSafetensors(new Map(tensors), { state: JSON.stringify(state) });
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** The checkpoint at that path, or null when there is none. @throws UserError when it is damaged. */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
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
    ...{ ...state, members, distilled: part('distilled') },
    ...{ start: part('start'), trainer: part('trainer'), best: part('best') },
  };
}

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
