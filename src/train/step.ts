import type { Example } from '../datasets/dataset.js';
import type { Sequence } from '../inputs/batches.js';

/** What a training step reads. */
export interface StepData {
  readonly sequences: readonly Sequence[];
  /** float32 [sequences, outputs]; see engine/engine.ts. */
  readonly targets: Float32Array;
}

/** Where a training stands: whatever a step draws is keyed by it. */
export interface StepPlace {
  /** 0-based, of the stage. */
  readonly epoch: number;
  /** Epochs before this one, see StagePosition.epochsBefore. */
  readonly epochsBefore: number;
  /** 0-based, of the epoch. */
  readonly step: number;
}

export type StepReader = (examples: readonly Example[], place: StepPlace) => Promise<StepData>;
