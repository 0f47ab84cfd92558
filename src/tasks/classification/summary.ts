import * as z from 'zod';
import type { Evaluation } from './evaluation.js';

const share = z.number().min(0).max(1);

/** What a model says of itself: measured on the test part, which nothing was chosen by; see evaluation.ts. */
export const summarySchema = z.strictObject({
  examples: z.int().min(1),
  accuracy: share,
  interval: z.tuple([share, share]),
  balancedAccuracy: share,
  logLoss: z.number().min(0),
  /** Accuracy on the same clips with each one's frames in a random order. */
  shuffledAccuracy: share,
});

export type Summary = z.infer<typeof summarySchema>;

/** @param shuffledAccuracy as measured; where order changes nothing, as it does for one timestep, that of the evaluation. */
export function summaryOf(evaluation: Evaluation, shuffledAccuracy = evaluation.accuracy): Summary {
  const { examples, accuracy, balancedAccuracy, logLoss } = evaluation;
  const [low, high] = evaluation.interval;
  return { examples, accuracy, interval: [low, high], balancedAccuracy, logLoss, shuffledAccuracy };
}
