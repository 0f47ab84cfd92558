import type { TaskName } from '../tasks/tasks.js';
import type { TrainingResult } from '../train/train-network.js';
import { classificationWords } from './classification-words.js';

/** What the model card and the page of a training say of its task. */
export interface TaskWords {
  /** What the outputs stand for, in Markdown. */
  subject(labels: readonly string[]): string;
  /** How good the network is, in Markdown, to its last line's end. */
  results(result: TrainingResult, noun: string): string;
  /** The same for a page, a sentence each. */
  sentences(result: TrainingResult, noun: string): string[];
}

/** By the pipeline's task. */
export const TASK_WORDS: Readonly<Record<TaskName, TaskWords>> = { classification: classificationWords };
