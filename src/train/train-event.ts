import type { EvaluationEvent } from '../evaluate/evaluation-event.js';
import type { BaselineName } from '../tasks/classification/baselines.js';
import type { EpochRecord } from './checkpoint.js';

/** What a training reports while it runs. */
export type TrainEvent =
  | EvaluationEvent
  /** Clips read so far, before the first stage. */
  | {
      readonly kind: 'reading';
      readonly what: 'prepare';
      readonly done: number;
      readonly total: number;
    }
  /** An epoch of a baseline, after the training itself; see tasks/classification/baselines.ts. */
  | {
      readonly kind: 'classifier';
      readonly name: BaselineName;
      readonly epoch: number;
      readonly epochs: number;
    }
  | {
      readonly kind: 'step';
      readonly stage: number;
      /** Both 1-based. */
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly steps: number;
      /** Of the epoch so far. */
      readonly loss: number;
      /** Null in distillation. */
      readonly accuracy: number | null;
    }
  | {
      readonly kind: 'epoch';
      readonly epochs: number;
      /** Epochs so far, of all stages. */
      readonly count: number;
      readonly record: EpochRecord;
      /** Whether the validation part is told best so far, where the best epoch is the one that is kept. */
      readonly isBest: boolean;
    };
