import * as z from 'zod';
import type { Metrics } from './metrics.js';

const share = z.number().min(0).max(1);

/** What a model says of itself: measured on the test part, which nothing was chosen by; see metrics.ts. */
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

/** @param shuffledAccuracy as measured; where order changes nothing, as it does for one timestep, that of the metrics. */
export function summaryOf(metrics: Metrics, shuffledAccuracy = metrics.accuracy): Summary {
  const { examples, accuracy, balancedAccuracy, logLoss } = metrics;
  const [low, high] = metrics.interval;
  return { examples, accuracy, interval: [low, high], balancedAccuracy, logLoss, shuffledAccuracy };
}
