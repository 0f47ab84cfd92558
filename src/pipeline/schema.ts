import type * as z from 'zod';
import { listIssues, UserError } from '../errors.js';
import { contradictions } from './contradictions.js';
import { settingsSchema } from './settings.js';

/** A pipeline: one experiment's whole recipe, as written in pipelines/*.yaml. */
export const pipelineSchema = settingsSchema.superRefine((settings, context) => {
  for (const { path, message } of contradictions(settings)) {
    context.addIssue({ code: 'custom', path, message });
  }
});

export type Pipeline = z.infer<typeof pipelineSchema>;

/** A pipeline from any value. @throws UserError `bad_config`. */
export function checkPipeline(document: unknown, origin: string): Pipeline {
  const parsed = pipelineSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new UserError('bad_config', {
    problem: `The pipeline ${origin} has settings that do not fit:\n${listIssues(parsed.error)}`,
    fix: 'Fix the settings named above; pipelines/motion.yaml explains each one.',
  });
}
