import type * as z from 'zod';
import type { Example } from '../datasets/dataset.js';
import type { Loss } from '../network/losses.js';
import type { ClassificationTraining } from './classification/training-schema.js';

/** What a network is for: what its outputs are to be, and how good they are. */
export interface Task {
  readonly loss: Loss;
  /** How many outputs the network has. @param labels of the dataset. */
  outputs(labels: readonly string[]): number;
  /** @throws UserError `bad_dataset` where there is nothing to learn it from. */
  requireLearnable(labels: readonly string[], examples: readonly Example[]): void;
  /** What examples are to be in a training step. @param data.train all that are trained on. */
  targetMaker(training: TaskTraining, data: TaskData): TargetMaker;
  /** What a model's manifest keeps of its test part. */
  readonly summarySchema: z.ZodType;
  /** How the network does on the validation part, after an epoch. */
  scoreEpoch(answers: EpochAnswers): EpochScore;
}

/** What a pipeline's `training` says of its task. */
export type TaskTraining = ClassificationTraining;

export interface TaskData {
  readonly labels: readonly string[];
  readonly train: readonly Example[];
}

/** float32 [examples, outputs]; see engine/engine.ts. */
export type TargetMaker = (examples: readonly Example[]) => Float32Array;

export interface EpochAnswers {
  /** float32 [examples, outputs]. */
  readonly logits: Float32Array;
  readonly examples: readonly Example[];
  readonly labels: readonly string[];
}

export interface EpochScore {
  /** In nats. */
  readonly loss: number;
  /** Share that is right; null where a task has no such figure. */
  readonly accuracy: number | null;
  /** The best epoch is that with the lowest. */
  readonly cost: number;
}
