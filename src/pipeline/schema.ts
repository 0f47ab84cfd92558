import { join } from 'node:path';
import type * as z from 'zod';
import { UserError } from '../errors.js';
import { PACKAGE_FOLDER } from '../platform/package-files.js';
import { contradictions } from './contradictions.js';
import { explainIssues, type PlaceOf } from './explain-issues.js';
import { settingsSchema } from './settings.js';

/** A pipeline: one experiment's whole recipe, as written in pipelines/*.yaml. */
export const pipelineSchema = settingsSchema.superRefine((settings, context) => {
  for (const { path, message } of contradictions(settings)) {
    context.addIssue({ code: 'custom', path, message });
  }
});

export type Pipeline = z.infer<typeof pipelineSchema>;

/** A pipeline from any value; `origin` names it in errors. @throws UserError `bad_config`. */
export function checkPipeline(document: unknown, origin: string): Pipeline {
  return checkWritten(document, { origin, placeOf: () => undefined });
}

/** As checkPipeline, where it is known what was written where. */
export function checkWritten(
  document: unknown,
  { origin, placeOf }: { origin: string; placeOf: PlaceOf },
): Pipeline {
  const parsed = pipelineSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const lines = explainIssues(parsed.error, { document, placeOf });
  throw new UserError('bad_config', {
    problem: `The pipeline ${origin} has settings that do not fit:\n${lines}`,
    fix: `Fix the settings named above; ${REFERENCE} explains each one.`,
  });
}

/** Written from the schema; it ships. */
const REFERENCE = join(PACKAGE_FOLDER, 'docs', 'pipeline.md');
