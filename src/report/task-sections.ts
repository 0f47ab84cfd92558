import type { Pipeline } from '../pipeline/schema.js';
import type { TaskName } from '../tasks/tasks.js';
import { type ClassificationFigures, classificationSections } from './classification-sections.js';
import type { DrawChart } from './open-charts.js';

/** What a page shows of a task's results. */
export type TaskFigures = ClassificationFigures;

type Sections = (
  figures: TaskFigures,
  options: { pipeline: Pipeline; draw: DrawChart },
) => { readonly results: readonly string[]; readonly details: readonly string[] };

/** The sections of a page, by the pipeline's task. */
export const SECTIONS: Readonly<Record<TaskName, Sections>> = { classification: classificationSections };
