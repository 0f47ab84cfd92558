import * as z from 'zod';
import type { Contradiction } from '../inputs/input-kind.js';
import { classification } from './classification/classification.js';
import { language } from './language/language.js';
import type { ExampleTask, Task } from './task.js';
import { type TaskTraining, taskTraining } from './training-settings.js';
import { translation } from './translation/translation.js';

/** All tasks, by their name in a pipeline. To add one, see docs/extending.md. */
const TASKS = {
  classification,
  language,
  translation,
} satisfies Record<string, Task>;

export type TaskName = keyof typeof TASKS;

// There is at least one.
export const TASK_NAMES = Object.keys(TASKS) as [TaskName, ...TaskName[]];

/** What is asked of any pipeline's task. */
export const taskOf = ({ task }: { readonly task: TaskName }): Task => TASKS[task];

/** What is asked of a task that is learned from examples; commands.ts sees to it that no other gets there. */
export function exampleTaskOf({ task }: { readonly task: TaskName }): ExampleTask {
  const { examples } = taskOf({ task });
  if (!examples) throw new Error(`The task ${task} is not learned from examples`);
  return examples;
}

/** Settings of a pipeline's `training` that its task has no use for. */
export function strayTraining({
  task,
  training,
}: {
  task: TaskName;
  training: TaskTraining;
}): Contradiction[] {
  const own = Object.keys(taskOf({ task }).training);
  const given = new Map<string, unknown>(Object.entries(training));
  const strays = Object.entries(taskTraining).filter(
    ([name, schema]) => !own.includes(name) && given.get(name) !== z.safeParse(schema, undefined).data,
  );
  return strays.map(([name]) => {
    const users = TASK_NAMES.filter((other) => name in taskOf({ task: other }).training);
    const message = `must be left out when task is ${task}: it is for ${users.join(' and ')}`;
    return { path: ['training', name], message };
  });
}

/** What a model's manifest keeps of its test part, by its task. */
export const testSummarySchema = z.union(Object.values(TASKS).map(({ summarySchema }) => summarySchema));
