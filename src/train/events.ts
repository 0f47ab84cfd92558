import type { DataEvent } from '../datasets/events.js';
import type { BaselineName } from '../evaluate/baselines.js';
import type { Leak } from '../evaluate/leaks.js';
import type { EpochRecord } from './checkpoint.js';

/** What a training tells while it runs. */
export type TrainEvent =
  | DataEvent
  /** A clip that was left out, and why. */
  | { readonly kind: 'skipped'; readonly path: string; readonly problem: string }
  /** What is the same, or nearly, in two parts of the split; at least one. */
  | { readonly kind: 'leaks'; readonly leaks: readonly Leak[] }
  /** Clips read so far: to compare the parts of the split, before the first stage, or for the test;
   *  `frames`: of which frames are looked at to quantize an encoder. */
  | {
      readonly kind: 'reading';
      readonly what: 'leaks' | 'prepare' | 'test' | 'frames';
      readonly done: number;
      readonly total: number;
    }
  /** An epoch of a baseline, after the training itself; see evaluate/baselines.ts. */
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
      /** Whether the validation loss is the lowest so far. */
      readonly isBest: boolean;
    };
