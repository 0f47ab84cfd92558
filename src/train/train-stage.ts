import type { Example } from '../datasets/dataset.js';
import type { Engine, TrainerOptions, TrainingOperations } from '../engine/engine.js';
import type { Cache } from '../inputs/feature-cache.js';
import type { Networks } from '../network/networks.js';
import type { States } from '../network/states.js';
import type { Pipeline } from '../pipeline/schema.js';
import { movedToward } from '../tensors/moved-toward.js';
import type { Weights } from '../tensors/tensor.js';
import { averagedTrainer } from './averaged-trainer.js';
import type { Checkpoint, Progress } from './checkpoint.js';
import { type FitOptions, fitStage } from './fit.js';
import type { Origin } from './origin.js';
import type { Member } from './plan-members.js';
import type { StageSteps } from './stage-steps.js';
import type { Stage } from './stages.js';
import type { TrainEvent } from './train-event.js';

/** What all stages of one training share. */
export interface Training {
  readonly pipeline: Pipeline;
  readonly networks: Networks;
  /** Of the training part; see Input.vocabularyOf. */
  readonly vocabulary?: readonly string[] | undefined;
  readonly labels: readonly string[];
  /** The model that it goes on from; null where it starts anew. */
  readonly origin: Origin | null;
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  /** Of no class, trained on beside the training part. */
  readonly outliers: readonly Example[];
  /** Computes the features of an encoder that is not trained. */
  readonly predicting: Engine;
  readonly training: TrainingOperations;
  readonly cache: Cache;
  /** Most bytes of features that a stage keeps in memory; the others are read from the cache whenever they are needed. */
  readonly memoryBytes: number;
  readonly save: (
    parts: Omit<Checkpoint, 'fingerprint' | 'newLengths' | 'members' | 'distilled'>,
  ) => Promise<void>;
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
  /** Epochs before the stage's, by which what its steps draw is keyed; those in `progress` when absent. */
  readonly epochsBefore?: number | undefined;
  /** Given when the stage goes on from it. */
  readonly checkpoint: Checkpoint | null;
}

/** Where examples are few, an epoch is over in less time than it takes to write and sync a checkpoint. */
const CHECKPOINT_INTERVAL_MS = 2000;

/** What a stage trains, from the weights of `trainer` on, and on what. */
export interface StageWork {
  readonly pipeline: Pipeline;
  readonly trainer: Omit<TrainerOptions, 'carriesStates'>;
  readonly steps: StageSteps;
}

/**
 * Trains one stage, or goes on with it.
 * @returns the weights that it began with, those that it trained in their new state, or in the mean of both that the
 *   stage asks for; and the progress at its end.
 * @throws UserError as fitStage.
 */
export async function trainStage(
  { training, save: keep, onEvent, signal }: Pick<Training, 'training' | 'save' | 'onEvent' | 'signal'>,
  { stage, checkpoint, progress, epochsBefore }: Omit<StagePosition, 'start' | 'member'>,
  { pipeline, steps, ...work }: StageWork,
): Promise<{ weights: Weights; progress: Progress }> {
  const start = work.trainer.weights;
  const { carriesStates } = steps;
  const { ema = 0, average = 1 } = stage;
  const options = { ...work.trainer, carriesStates };
  const trainer =
    ema > 0 ? await averagedTrainer(training, options, ema) : await training.createTrainer(options);
  try {
    if (checkpoint) await trainer.restore(checkpoint.trainer);
    let keptAt = Number.NEGATIVE_INFINITY;
    const save: FitOptions['save'] = async (reached, best, where) => {
      if (where === 'between epochs' && performance.now() - keptAt < CHECKPOINT_INTERVAL_MS) return;
      const carried = statesAsWeights(reached.states);
      await keep({ progress: reached.progress, start, best, carried, trainer: await trainer.state() });
      keptAt = performance.now();
    };
    const best = checkpoint?.best ?? new Map();
    if (!checkpoint) await save({ progress }, best, 'at an end');
    const states = statesOf(checkpoint?.carried);
    const fit = {
      trainer,
      pipeline,
      stage,
      steps,
      progress,
      epochsBefore,
      states,
      best,
      save,
      onEvent,
      signal,
    };
    const { weights: tuned, progress: reached } = await fitStage(fit);
    // Weights that are trained further and those that were there before, together (Wortsman et al. 2022, arXiv 2109.01903).
    const weights = average < 1 ? movedToward(start, tuned, average) : new Map([...start, ...tuned]);
    return { weights, progress: reached };
  } finally {
    await trainer.release();
  }
}

function statesAsWeights(states: States = []): Weights {
  return new Map(states.map((data, index) => [String(index), { shape: [data.length], data }]));
}

function statesOf(carried: Weights | undefined): States | undefined {
  return carried?.size ? Array.from(carried.values(), ({ data }) => data) : undefined;
}
