import type { Task } from '../task.js';
import { measure } from './metrics.js';
import { requireEveryClass } from './require-every-class.js';
import { summarySchema } from './summary.js';
import { targetMaker } from './targets.js';

/** One class for a sequence. */
export const classification = {
  loss: 'cross-entropy',
  outputs: (labels) => labels.length,
  requireLearnable: requireEveryClass,
  targetMaker,
  summarySchema,
  scoreEpoch: ({ logits, examples, labels }) => {
    const { logLoss, accuracy } = measure({ logits, truth: examples.map(({ label }) => label), labels });
    return { loss: logLoss, accuracy, cost: logLoss };
  },
} satisfies Task;
