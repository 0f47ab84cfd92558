import type { Pipeline } from '../pipeline/schema.js';
import { type ExampleTaskName, ofExampleTask, type TaskName } from '../tasks/tasks.js';
import type { TrainingResult } from '../train/train-network.js';
import { type ClassificationFigures, classificationSections } from './classification-sections.js';
import { classificationWords } from './classification-words.js';
import type { Headline } from './headline.js';
import type { DrawChart } from './open-charts.js';

/** What a model card and a page say of a task. */
interface TaskReport {
  /** What the outputs stand for, in Markdown. */
  subject(labels: readonly string[]): string;
  /** How good a trained network is, in Markdown, to its last line's end. */
  results(result: TrainingResult, noun: string): string;
  /** The one figure of a page; null when nothing was tested. */
  headline(result: TrainingResult, noun: string): Headline | null;
  /** The figures beside it, by name. */
  further(result: TrainingResult): Array<readonly [name: string, value: string]>;
  /** Sections of a page as HTML: results before the learning curves, details after them. */
  sections(
    figures: TaskFigures,
    options: { pipeline: Pipeline; draw: DrawChart },
  ): { readonly results: readonly string[]; readonly details: readonly string[] };
}

/** What a page shows of a task's results. */
export type TaskFigures = ClassificationFigures;

/** By the pipeline's task. */
const TASK_REPORTS: Readonly<Record<ExampleTaskName, TaskReport>> = {
  classification: { ...classificationWords, sections: classificationSections },
};

export const taskReportOf = (pipeline: { readonly task: TaskName }): TaskReport =>
  ofExampleTask(TASK_REPORTS, pipeline);
