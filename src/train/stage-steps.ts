import type { Trainer, TrainingStep } from '../engine/engine.js';
import type { EpochScore } from '../tasks/task.js';
import type { StepPlace } from './step.js';

/** What a stage is trained on, step by step, and how it does after an epoch. */
export interface StageSteps {
  /** Steps of a whole epoch. */
  readonly perEpoch: number;
  /** Whether a step starts from the states that the one before it ended with; an epoch starts from zeros. */
  readonly carriesStates: boolean;
  read(place: StepPlace): Promise<StageStep>;
  /** On the validation part; null without one. */
  validate(trainer: Trainer): Promise<EpochScore | null>;
}

export interface StageStep extends Pick<TrainingStep, 'batch' | 'targets'> {
  /** How many answers its loss is the mean of: sequences, or timesteps. */
  readonly count: number;
}
