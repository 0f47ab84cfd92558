import * as z from 'zod';
import { classification } from './classification/classification.js';
import type { Task } from './task.js';

/** All tasks, by their name in a pipeline. To add one, see docs/extending.md. */
const TASKS = {
  classification,
} satisfies Record<string, Task>;

export type TaskName = keyof typeof TASKS;

// There is at least one.
export const TASK_NAMES = Object.keys(TASKS) as [TaskName, ...TaskName[]];

/** All that is asked of a pipeline's task in training. */
export const taskOf = ({ task }: { readonly task: TaskName }): Task => TASKS[task];

/** What a model's manifest keeps of its test part, by its task. */
export const testSummarySchema = z.union(Object.values(TASKS).map(({ summarySchema }) => summarySchema));
