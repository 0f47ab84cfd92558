import type * as z from 'zod';
import type { Example } from '../datasets/dataset.js';
import type { Contradiction } from '../inputs/input-kind.js';
import type { Loss } from '../network/losses.js';
import type { RecurrentSettings } from '../network/recurrent-schema.js';
import type { ModelCommand, Refusal } from './model-commands.js';
import type { TaskTraining, taskTraining } from './training-settings.js';

/** What a network is for: what its outputs are to be, and how good they are. */
export interface Task {
  /** What trains it. */
  loss(settings: Pick<TaskSettings, 'recurrent' | 'training'>): Loss;
  /** How many outputs the network has. */
  outputs(known: Known): number;
  /** What a model's manifest keeps of its test part. */
  readonly summarySchema: z.ZodType;
  /** Which settings of `training` it has, of those that only some tasks have: others refuse them. */
  readonly training: Partial<typeof taskTraining>;
  /** What a program calls to train and to score one, by name. */
  readonly functions: Readonly<Record<TaskFunction, string>>;
  /** Why a command does not work with it; null where it does. */
  readonly commands: Readonly<Record<ModelCommand, Refusal | null>>;
  /** Whether its data are pairs of texts, the first of which is what the network reads as its source. */
  readonly readsPairs: boolean;
  /** Where a pipeline's settings do not go with it. */
  contradictions(settings: TaskSettings): Contradiction[];
  /** How it is learned from examples, each with an answer; null where it is learned from texts alone. */
  readonly examples: ExampleTask | null;
}

/** What the library has a function of its own for with each task. */
export type TaskFunction = 'train' | 'evaluate';

/** What the data says of a network's outputs. */
export interface Known {
  readonly labels: readonly string[];
  /** Of its input, without the markers; see inputs/text/vocabulary.ts. */
  readonly vocabulary?: readonly string[] | undefined;
}

export interface ExampleTask {
  /** @throws UserError `bad_dataset` where there is nothing to learn it from. */
  requireLearnable(labels: readonly string[], examples: readonly Example[]): void;
  /** What examples are to be in a training step. @param data.train all that are trained on. */
  targetMaker(training: TaskTraining, data: TaskData): TargetMaker;
  /** How the network does on the validation part, after an epoch. */
  scoreEpoch(answers: EpochAnswers): EpochScore;
}

/** What of a pipeline a task has to go with. */
export interface TaskSettings {
  readonly input: {
    readonly kind: string;
    readonly embedding?: number | undefined;
    readonly sentences?: object | undefined;
  };
  readonly recurrent: RecurrentSettings;
  readonly training: TaskTraining & { readonly networks: number };
}

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
