import type { Example } from '../datasets/dataset.js';
import type { Engine, TrainerOptions, TrainingOperations } from '../engine/engine.js';
import type { Cache } from '../inputs/feature-cache.js';
import type { Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import type { Weights } from '../tensors/tensor.js';
import type { Checkpoint, Progress } from './checkpoint.js';
import { type FitOptions, fitStage } from './fit.js';
import type { Member } from './plan-members.js';
import type { Stage } from './stages.js';
import type { TrainEvent } from './train-event.js';

/** What all stages of one training share. */
export interface Training {
  readonly pipeline: Pipeline;
  readonly networks: Networks;
  readonly labels: readonly string[];
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  /** Computes the features of an encoder that is not trained. */
  readonly predicting: Engine;
  readonly training: TrainingOperations;
  readonly cache: Cache;
  /** Most bytes of features that a stage keeps in memory; the others are read from the cache whenever they are needed. */
  readonly memoryBytes: number;
  readonly save: (parts: Omit<Checkpoint, 'fingerprint' | 'members' | 'distilled'>) => Promise<void>;
  readonly onEvent: (event: TrainEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Where a stage starts, or goes on. */
export interface StagePosition {
  readonly stage: Stage;
  readonly member: Member;
  /** Weights of the whole network at the stage's start, with the standardization that an earlier stage measured. */
  readonly start: Weights;
  readonly progress: Progress;
  /** Given when the stage goes on from it. */
  readonly checkpoint: Checkpoint | null;
}

/** What a stage trains, from the weights of `trainer` on, and on what. */
export interface StageWork
  extends Pick<FitOptions, 'pipeline' | 'train' | 'validation' | 'read' | 'readStep'> {
  readonly trainer: TrainerOptions;
}

/**
 * Trains one stage, or goes on with it.
 * @returns the weights that it began with, those that it trained in their new state; and the progress at its end.
 * @throws UserError as fitStage.
 */
export async function trainStage(
  run: Training,
  { stage, checkpoint, progress }: Omit<StagePosition, 'start' | 'member'>,
  work: StageWork,
): Promise<{ weights: Weights; progress: Progress }> {
  const start = work.trainer.weights;
  const trainer = await run.training.createTrainer(work.trainer);
  try {
    if (checkpoint) await trainer.restore(checkpoint.trainer);
    const save = async (reached: Progress, best: Weights) =>
      run.save({ progress: reached, start, best, trainer: await trainer.state() });
    const best = checkpoint?.best ?? new Map();
    if (!checkpoint) await save(progress, best);
    const fitted = await fitStage({ ...run, ...work, trainer, stage, progress, best, save });
    return { weights: new Map([...start, ...fitted.weights]), progress: fitted.progress };
  } finally {
    await trainer.release();
  }
}
