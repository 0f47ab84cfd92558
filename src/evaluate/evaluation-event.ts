import type { DataEvent } from '../datasets/data-event.js';
import type { Leak } from './leaks.js';

/** What an evaluation reports while it runs. */
export type EvaluationEvent =
  | DataEvent
  /** A clip that was left out, and why. */
  | { readonly kind: 'skipped'; readonly path: string; readonly problem: string }
  /** What is the same, or nearly, in two parts of the split; at least one. */
  | { readonly kind: 'leaks'; readonly leaks: readonly Leak[] }
  /** Clips read so far, to compare the parts of the split or for the test. */
  | {
      readonly kind: 'reading';
      readonly what: 'leaks' | 'test' | 'outliers';
      readonly done: number;
      readonly total: number;
    };
