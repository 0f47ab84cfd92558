import type * as z from 'zod';
import { classificationTraining } from './classification/training-schema.js';
import { languageTraining } from './language/training-schema.js';

/** Settings of a pipeline's `training` that only some tasks have. */
export const taskTraining = {
  ...classificationTraining,
  ...languageTraining,
};

/** What a pipeline says under them: of any task, all of them. */
export type TaskTraining = z.infer<z.ZodObject<typeof taskTraining>>;
