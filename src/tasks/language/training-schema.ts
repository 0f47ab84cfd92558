import * as z from 'zod';

/** Settings of a pipeline's `training` that only models of language have. */
export const languageTraining = {
  timesteps: z
    .int()
    .min(1)
    .max(4096)
    .optional()
    .describe(
      'tokens of each strand that a step reads; gradients go back no further; only for the task language',
    ),
};
