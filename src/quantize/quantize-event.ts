import type { EvaluationEvent } from '../evaluate/evaluation-event.js';

/** What a quantization reports while it runs. */
export type QuantizeEvent =
  | EvaluationEvent
  /** Clips read so far, of which frames are looked at. */
  | { readonly kind: 'reading'; readonly what: 'frames'; readonly done: number; readonly total: number };
